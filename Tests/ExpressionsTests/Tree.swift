import Expressions
import Market
import Numerics

/// An expression as a tree, with the plainest way to compute it: over whole arrays, function by
/// function, as the language is defined. NaN is null.
indirect enum Tree {
  case number(Double)
  case horizon
  case input(InputSlot, text: String)
  case negation(Tree)
  case binary(String, Tree, Tree)
  case call(String, [Tree])
  case windowed(String, [Tree], Int)

  /// The text, with parentheses around everything.
  var text: String {
    switch self {
    case .number(let value): "\(value)"
    case .horizon: "h"
    case .input(_, let text): text
    case .negation(let a): "(-\(a.text))"
    case .binary(let sign, let a, let b): "(\(a.text) \(sign) \(b.text))"
    case .call(let name, let all): "\(name)(\(all.map(\.text).joined(separator: ", ")))"
    case .windowed(let name, let all, let window):
      "\(name)(\(all.map(\.text).joined(separator: ", ")), \(window))"
    }
  }

  func values(_ data: [InputSlot: [Double]], horizon: Int, steps: Int) -> [Double] {
    func of(_ tree: Tree) -> [Double] { tree.values(data, horizon: horizon, steps: steps) }
    switch self {
    case .number(let value): return [Double](repeating: value, count: steps)
    case .horizon: return [Double](repeating: Double(horizon), count: steps)
    case .input(let slot, _): return data[slot] ?? []
    case .negation(let a): return of(a).map { -$0 }
    case .binary(let sign, let a, let b):
      return zip(of(a), of(b)).map { Plain.binary(sign, $0, $1) }
    case .call("where", let all):
      let columns = all.map(of)
      return (0..<steps).map { t in
        let c = columns[0][t]
        return c.isNaN ? .nan : c != 0 ? columns[1][t] : columns[2][t]
      }
    case .call("at_origin", let all):
      let x = of(all[0])
      return (0..<steps).map { $0 < horizon ? .nan : x[$0 - horizon] }
    case .call(let name, let all):
      let columns = all.map(of)
      return (0..<steps).map { t in Plain.call(name, columns.map { $0[t] }) }
    case .windowed(let name, let all, let window):
      return Plain.windowed(name, all.map(of), window)
    }
  }
}

enum Plain {
  static func finite(_ x: Double) -> Double { x.isFinite ? x : .nan }

  static func binary(_ sign: String, _ a: Double, _ b: Double) -> Double {
    if a.isNaN || b.isNaN { return .nan }
    switch sign {
    case "+": return finite(a + b)
    case "-": return finite(a - b)
    case "*": return finite(a * b)
    case "/": return finite(a / b)
    case "<": return a < b ? 1 : 0
    case "<=": return a <= b ? 1 : 0
    case ">": return a > b ? 1 : 0
    case ">=": return a >= b ? 1 : 0
    case "==": return a == b ? 1 : 0
    default: return a != b ? 1 : 0
    }
  }

  static func call(_ name: String, _ x: [Double]) -> Double {
    if x.contains(where: \.isNaN) { return .nan }
    switch name {
    case "abs": return abs(x[0])
    case "sign": return x[0] > 0 ? 1 : x[0] < 0 ? -1 : 0
    case "sqrt": return x[0] < 0 ? .nan : x[0].squareRoot()
    case "exp": return finite(Elementary.exp(x[0]))
    case "log": return x[0] > 0 ? Elementary.log(x[0]) : .nan
    case "min": return x.reduce(x[0]) { $0 < $1 ? $0 : $1 }
    case "max": return x.reduce(x[0]) { $0 > $1 ? $0 : $1 }
    default:
      let raised = x[0] < x[1] ? x[1] : x[0]
      return raised > x[2] ? x[2] : raised
    }
  }

  /// Takes out the steps at which anything is null, applies the function, puts the results back.
  static func windowed(_ name: String, _ columns: [[Double]], _ n: Int) -> [Double] {
    let steps = columns[0].count
    let live = (0..<steps).filter { t in !columns.contains { $0[t].isNaN } }
    let x = live.map { columns[0][$0] }
    let y = columns.count > 1 ? live.map { columns[1][$0] } : x
    var result = [Double](repeating: .nan, count: steps)
    var average = 0.0
    for (i, t) in live.enumerated() {
      let needed = name == "lag" || name == "diff" ? n + 1 : n
      if name == "ema" {
        if i < n { average += x[i] }
        if i == n - 1 { average /= Double(n) }
        if i >= n { average += 2 / Double(n + 1) * (x[i] - average) }
        if i >= n - 1 { result[t] = finite(average) }
        continue
      }
      guard i + 1 >= needed else { continue }
      let first = i + 1 - needed
      result[t] = finite(window(name, Array(x[first...i]), Array(y[first...i])))
    }
    return result
  }

  private static func window(_ name: String, _ x: [Double], _ y: [Double]) -> Double {
    let n = Double(x.count)
    switch name {
    case "lag": return x[0]
    case "diff": return x[x.count - 1] - x[0]
    case "sum": return sum(x)
    case "sma": return sum(x) / n
    case "highest": return x.reduce(x[0]) { $1 > $0 ? $1 : $0 }
    case "lowest": return x.reduce(x[0]) { $1 < $0 ? $1 : $0 }
    default: break
    }
    let xMean = sum(x.map { $0 - x[0] }) / n
    let yMean = sum(y.map { $0 - y[0] }) / n
    let dx = x.map { $0 - x[0] - xMean }
    let dy = y.map { $0 - y[0] - yMean }
    let xx = sum(dx.map { $0 * $0 })
    let yy = sum(dy.map { $0 * $0 })
    let xy = sum(zip(dx, dy).map { $0 * $1 })
    if xx == 0 { return .nan }
    switch name {
    case "std": return (xx / (n - 1)).squareRoot()
    case "zscore": return dx[x.count - 1] / (xx / (n - 1)).squareRoot()
    case "slope": return xy / xx
    case "intercept": return y[0] + yMean - xy / xx * (x[0] + xMean)
    default:
      if yy == 0 { return .nan }
      let ratio = xy / (xx.squareRoot() * yy.squareRoot())
      return ratio.isFinite ? max(-1, min(1, ratio)) : .nan
    }
  }

  /// The order that windows are summed in, said once more.
  static func sum(_ x: [Double]) -> Double {
    var lane = [Double](repeating: 0, count: 8)
    for (place, value) in x.dropLast().enumerated() { lane[place % 8] += value }
    let even = (lane[0] + lane[4]) + (lane[2] + lane[6])
    let odd = (lane[1] + lane[5]) + (lane[3] + lane[7])
    return even + odd + x[x.count - 1]
  }
}
