import Inspector

/// A row of bars, one for each value, as high as its part of the greatest.
func sparkline(_ values: some Collection<Double>, _ levels: [Unicode.Scalar]) -> String {
  guard let top = values.max(), let lowest = levels.first else { return "" }
  var line = String.UnicodeScalarView()
  for value in values {
    let level = top > 0 ? Int((value / top * Double(levels.count - 1)).rounded()) : 0
    line.append(levels.indices.contains(level) ? levels[level] : lowest)
  }
  return String(line)
}

/// Percentiles of durations, in a line of 27 columns or more; the maximum where there is room for it.
func latencyLine(_ name: String, _ latencies: Latencies, _ glyphs: Glyphs, _ width: Int) -> String {
  // A blank before the unit costs three columns.
  let (blank, column) = width >= 38 ? (" ", 6) : ("", 5)
  func field(_ name: String, _ time: Duration?) -> String {
    " \(name) " + (time.map { short($0, glyphs, blank) } ?? glyphs.unknown).padded(to: column)
  }
  let line = name.padded(to: 5) + field("p50", latencies.percentile(0.5)) + field("p99", latencies.percentile(0.99))
  return width >= 35 ? line + field("max", latencies.max) : line
}

/// A time with two digits or three, in the unit that reads best.
func short(_ time: Duration, _ glyphs: Glyphs, _ blank: String = " ") -> String {
  let (value, unit) = scaled(time / .nanoseconds(1), by: 1000, below: 999.5, ["ns", glyphs.microseconds, "ms", "s"])
  let isSmall = value < 9.95 && unit != "ns"
  return (isSmall ? "\((value * 10).rounded() / 10)" : "\(Int(value.rounded()))") + blank + unit
}

/// A count of four digits at most, in thousands or millions where it is greater.
func shortCount(_ count: Int) -> String {
  switch count {
  case ..<10_000: "\(count)"
  case ..<10_000_000: "\(count / 1000)k"
  default: "\(count / 1_000_000)M"
  }
}

/// A rate in decimal units, as disks are sold.
func rate(_ bytesPerSecond: Double) -> String {
  let (value, unit) = scaled(bytesPerSecond / 1e3, by: 1000, below: 1000, ["kB/s", "MB/s", "GB/s"])
  return "\(decimal(value)) \(unit)"
}
