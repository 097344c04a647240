/// A size in the binary unit that reads best, exact where it is whole.
func bytes(_ count: Int) -> String {
  var (value, unit) = (Double(count), 0)
  let units = ["B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"]
  while value >= 1024, unit < units.count - 1 {
    value /= 1024
    unit += 1
  }
  return "\(decimal(value)) \(units[unit])"
}

/// A rate in decimal units, as disks are sold.
func rate(_ bytesPerSecond: Double) -> String {
  switch bytesPerSecond {
  case 1e9...: "\(decimal(bytesPerSecond / 1e9)) GB/s"
  case 1e6...: "\(decimal(bytesPerSecond / 1e6)) MB/s"
  default: "\(decimal(bytesPerSecond / 1e3)) kB/s"
  }
}

/// One digit after the point below 100, none where it is whole.
private func decimal(_ value: Double) -> String {
  let tenths = (value * 10).rounded() / 10
  return tenths >= 100 || tenths == tenths.rounded() ? "\(Int(tenths.rounded()))" : "\(tenths)"
}
