extension Network {
  /// The weights as a safetensors file in PyTorch's layout; the moments are not among them.
  public var safetensors: [UInt8] { Weights(self).safetensors() }

  /// Replaces the weights by those of a safetensors file, and sets the moments to zero.
  ///
  /// The file holds exactly the tensors of this network in PyTorch's or Keras's layout, each finite,
  /// and no byte besides. A network of one bias takes a second that is not zero by adding it to the
  /// first.
  ///
  /// - Throws: `WeightsError`; the network is then unchanged.
  public mutating func setWeights(safetensors bytes: [UInt8]) throws(WeightsError) {
    let weights = try Weights(safetensors: bytes, of: configuration)
    for (tensor, stored) in zip(Tensor.all(in: configuration), weights.tensors) {
      setValues(stored.values, of: tensor)
    }
    if !configuration.hasTwoBiases {
      for layer in configuration.hidden.indices {
        let sum = values(of: .biasIH(layer)).adding(values(of: .biasHH(layer)))
        setValues(sum, of: .biasIH(layer))
        setValues(sum.map { _ in 0 }, of: .biasHH(layer))
      }
    }
    resetMoments()
  }
}
