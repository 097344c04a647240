import Foundation

/// Bars of an experiment's speeds, as an SVG that needs nothing else.
enum Plot {
  // Okabe and Ito's, which all can distinguish.
  private static func color(_ contender: Contender) -> String {
    switch contender {
    case .ours: "#009e73"
    case .inPlace: "#56b4e9"
    case .copy: "#e69f00"
    case .crate: "#d55e00"
    case .populate: "#cc79a7"
    case .mapPopulate: "#999999"
    case .huge: "#f0e442"
    case .pwrite, .add: "#0072b2"
    }
  }
  private static let (left, top, barHeight, width) = (210.0, 58.0, 11.0, 460.0)

  /// Writes `EXPERIMENT.svg` with the cells of two threads, or of all where there are no two.
  static func write(_ cells: [Cell], of experiment: Experiment, to folder: String) throws {
    let ofTwo = cells.filter { $0.setting.threads == 2 }
    let shown = ofTwo.isEmpty ? cells : ofTwo
    guard !shown.isEmpty else { return }
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    let name = experiment.rawValue.replacingOccurrences(of: ", ", with: "-").replacingOccurrences(of: " ", with: "-")
    try svg(shown, experiment).write(toFile: "\(folder)/\(name).svg", atomically: true, encoding: .utf8)
  }

  private static func svg(_ cells: [Cell], _ experiment: Experiment) -> String {
    let contenders = Contender.allCases.filter { contender in cells.contains { $0.has(contender) } }
    let most = cells.flatMap { cell in contenders.map { cell.speed($0) } }.max().map { $0 / 1e9 } ?? 1
    var (body, y, heading) = ("", top, "")
    for cell in cells {
      if cell.setting.name != heading {
        heading = cell.setting.name
        y += 8
        body += text(heading, x: 12, y: y + 10, weight: "bold")
        y += 18
      }
      let middle = y + Double(cell.runs.count) * barHeight / 2 + 4
      let label = "\(unit(cell.setting.chunk)), \(cell.setting.threads) threads"
      body += text(
        cells.contains { $0.setting.size != cells[0].setting.size } ? "\(unit(cell.setting.size)): \(label)" : label,
        x: left - 8, y: middle, anchor: "end")
      for contender in contenders where cell.has(contender) {
        let speed = cell.speed(contender)
        let length = speed / 1e9 / most * width
        body += """
          <rect x="\(left)" y="\(y)" width="\(round(length))" height="\(barHeight - 1)" fill="\(color(contender))"/>

          """
        body += text(String(format: "%.1f", speed / 1e9), x: left + length + 4, y: y + 9, size: 9)
        y += barHeight
      }
      y += 6
    }
    var legend = ""
    for (index, contender) in contenders.enumerated() {
      let x = 12 + Double(index) * 125
      legend += "<rect x=\"\(x)\" y=\"34\" width=\"10\" height=\"10\" fill=\"\(color(contender))\"/>\n"
      legend += text(contender.rawValue, x: x + 14, y: 43)
    }
    return """
      <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 800 \(Int(y) + 12)" font-family="sans-serif">
      <rect width="800" height="\(Int(y) + 12)" fill="#ffffff"/>
      \(text("\(experiment.rawValue): GB/s, medians, more is better", x: 12, y: 22, weight: "bold", size: 14))\(legend)\(body)</svg>

      """
  }

  private static func round(_ value: Double) -> String { String(format: "%.1f", value) }

  private static func text(
    _ text: String, x: Double, y: Double, anchor: String = "start", weight: String = "normal", size: Int = 11
  ) -> String {
    "<text x=\"\(round(x))\" y=\"\(round(y))\" text-anchor=\"\(anchor)\" font-weight=\"\(weight)\" "
      + "font-size=\"\(size)\" fill=\"#222222\">\(text)</text>\n"
  }
}
