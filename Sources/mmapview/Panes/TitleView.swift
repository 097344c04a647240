import Inspector
import RangedMmap
import TerminalCanvas

/// The first line: what is open.
enum TitleView: Pane {
  static func draw(_ shown: Snapshot, on canvas: inout Canvas, _ area: Area) {
    // The number of a process differs from run to run.
    let style = Style(.title, isReversed: true, isMeasured: shown.faults?.goesOn == true)
    canvas.fill(area, " ", style)
    // Each with its rank: the lower, the longer it stays in a narrow window.
    var parts = [(text: "mmapview", rank: 0)]
    if let file = shown.file {
      let path = shown.fileName ?? file.path
      let name = (path.lastComponent?.string ?? path.string) + (shown.isNameless ? " (no name now)" : "")
      let mode = file.isWritable ? "writable" : "read only"
      let perCell = shown.view.shownPagesPerCell
      let layer = shown.layer == .both ? "both layers" : shown.layer.rawValue
      parts = [
        (name, 0), (shown.otherSize.map { "\(bytes($0)) now" } ?? bytes(file.size), 6),
        (counted(file.states.count, "page") + (shown.otherSize == nil ? "" : " mapped"), 7),
        // How many pages a cell hides is not to be seen elsewhere.
        (counted(perCell, "page") + " a cell", perCell > 1 ? 5 : 8), (layer, 3), (mode, 1),
      ]
      if let faults = shown.faults, faults.goesOn { parts.append(("faults of \(faults.process)", 2)) }
      // At rest there are no samples, and reads by others and evictions go unseen.
      let showsTime = shown.interface.showsTimes && (shown.layer != .library || !file.isWritable)
      if showsTime, let time = shown.interface.sampleTime { parts.append(("as of \(time)", 4)) }
    }
    let memory = shown.file?.isInMemory == true ? ", in memory" : ""
    let text = line(parts, area.width - 1 - memory.count, shown.interface.glyphs)
    let x = canvas.write(text, x: area.x + 1, y: area.y, style)
    canvas.write(memory, x: x, y: area.y, Style(.title, isReversed: true, isMeasured: true))
  }

  // Whole parts go before any is cut; of a long name the start stays.
  private static func line(_ all: [(text: String, rank: Int)], _ width: Int, _ glyphs: Glyphs) -> String {
    func joined(_ parts: [(text: String, rank: Int)]) -> String {
      parts.map(\.text).joined(separator: glyphs.separator)
    }
    var parts = all
    // Whether a file may be changed stands even beside the longest name.
    while joined(parts).columns > width, let last = parts.map(\.rank).max(), last > 1 {
      parts.removeAll { $0.rank == last }
    }
    let over = joined(parts).columns - width
    if over > 0, let name = parts.first?.text {
      parts[0].text = shortened(name, max(8, name.columns - over), glyphs)
    }
    return shortened(joined(parts), width, glyphs)
  }
}
