import Foundation

/// Prints cells line by line as they are measured.
struct Table {
  private var heading = ""

  mutating func add(_ cell: Cell, isWhole: Bool) {
    let setting = cell.setting
    let contenders = cell.runs.map(\.contender)
    let title =
      "\n" + pad(setting.name, 48) + pad("size", 9) + pad("write of", 9) + "threads "
      + contenders.map { right($0.rawValue, 13) }.joined() + right("best rival", 15) + right("ratio", 8)
      + right("fastest", 9)
    if setting.name != heading { print(title) }
    heading = setting.name
    let speeds: [(String, (Times) -> Double)] =
      isWhole ? [("writing", { $0.work }), ("in all", { $0.total })] : [("", { $0.work })]
    for (label, time) in speeds {
      let best = cell.bestRival(of: time)
      let fastestRival = cell.bestRival(by: fastest, of: time)
      print(
        pad("  " + label, 48) + pad(unit(setting.size), 9) + pad(unit(setting.chunk), 9)
          + right("\(setting.threads)", 7) + " "
          + contenders.map { right(number(cell.speed($0, of: time) / 1e9), 13) }.joined()
          + right(best.rawValue, 15) + right(number(cell.ratio(to: best, of: time)), 8)
          + right(number(cell.ratio(to: fastestRival, by: fastest, of: time)), 9))
      let ranges = contenders.map { contender in
        guard !contender.isOurs, let range = cell.ratioRange(to: contender, of: time) else { return "" }
        return number(range.lowerBound) + ".." + number(range.upperBound)
      }
      print(pad("    write against it, round by round", 74) + ranges.map { right($0, 13) }.joined())
    }
  }

  private func pad(_ text: String, _ width: Int) -> String {
    text.padding(toLength: width, withPad: " ", startingAt: 0)
  }

  private func right(_ text: String, _ width: Int) -> String {
    String(repeating: " ", count: max(0, width - text.count)) + text
  }

  private func number(_ value: Double) -> String { String(format: value < 0.1 ? "%.3f" : "%.2f", value) }
}

/// A number of bytes in the largest unit that is exact.
func unit(_ bytes: Int) -> String {
  for (name, size) in [("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10)] where bytes % size == 0 {
    return "\(bytes / size) \(name)"
  }
  return "\(bytes) B"
}
