/// A size in the binary unit that reads best, exact where it is whole.
package func bytes(_ count: Int) -> String {
  let (value, unit) = scaled(Double(count), by: 1024, below: 1024, ["B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"])
  return "\(decimal(value)) \(unit)"
}

/// A value in the first of some units in which it is below a limit, or in the last.
package func scaled(_ value: Double, by factor: Double, below limit: Double, _ units: [String]) -> (Double, String) {
  var (value, rest) = (value, units[...])
  while value >= limit, rest.count > 1 {
    value /= factor
    rest = rest.dropFirst()
  }
  return (value, rest.first ?? "")
}

/// One digit after the point below 100, none where it is whole.
package func decimal(_ value: Double) -> String {
  let tenths = (value * 10).rounded() / 10
  return tenths >= 100 || tenths == tenths.rounded() ? "\(Int(tenths.rounded()))" : "\(tenths)"
}
