import Inspector
import PageCache
import RangedMmap
import TerminalCanvas

/// What is known of the page under the cursor.
enum PagePane {
  /// Draws the facts, one a line, and tells how many lines it took.
  static func draw(_ session: Session, _ interface: Interface, on canvas: inout Canvas, _ area: Area) -> Int {
    guard let file = session.file else { return 0 }
    let page = session.cursor
    let offset = page * Alignment.page
    let x = canvas.write("page \(page)", x: area.x, y: area.y, Style(.title), limit: area.width)
    canvas.write(" at 0x\(hex(offset, width: 1)) = \(offset)", x: x, y: area.y, limit: area.x + area.width - x)
    var row = 1
    func fact(_ name: String, _ value: String, _ style: Style = .plain) {
      guard row < area.height else { return }
      canvas.write(name, x: area.x, y: area.y + row, Style(.dim), limit: area.width)
      canvas.write(value, x: area.x + 8, y: area.y + row, style, limit: area.width - 8)
      row += 1
    }
    let state = file.states[page]
    if session.layer != .kernel { fact("state", "\(state)", Style(state.role)) }
    if let range = session.range(ofPage: page) {
      let pages = range.bytes.lowerBound / Alignment.page..<Alignment.pages(in: range.bytes.upperBound)
      let place = pages.count == 1 ? "this page" : "pages \(pages.lowerBound)-\(pages.upperBound - 1)"
      fact("range", "r\(range.label), \(place), by \(range.author)")
      if let pattern = range.pattern { fact("bytes", "\(pattern)") }
      if interface.showsTimes { fact("when", times(range.history, area.width - 8)) }
    } else if let holder = session.workers.holder(ofPage: page) {
      fact("range", "in the hands of worker \(holder.number)")
    }
    if session.layer != .library {
      let sample = interface.kernel
      fact("kernel", kernelText(page, sample), kernelStyle(page, sample))
      if let extent = sample?.extent, sample?.cursor == page { fact("disk", diskText(extent)) }
    }
    return row
  }

  /// The same in one line, where the window is too narrow for a pane.
  static func drawLine(_ session: Session, _ interface: Interface, on canvas: inout Canvas, _ area: Area) {
    guard let file = session.file else { return }
    let state = file.states[session.cursor]
    var x = canvas.write("page \(session.cursor) ", x: area.x + 1, y: area.y, Style(.title))
    if session.layer != .kernel { x = canvas.write("\(state) ", x: x, y: area.y, Style(state.role)) }
    if session.layer != .library {
      let text = kernelText(session.cursor, interface.kernel)
      x = canvas.write(text + " ", x: x, y: area.y, kernelStyle(session.cursor, interface.kernel))
    }
    guard let range = session.range(ofPage: session.cursor) else { return }
    let pattern = range.pattern.map { interface.glyphs.separator + "\($0)" } ?? ""
    canvas.write("r\(range.label)\(pattern)", x: x, y: area.y, limit: area.width - x)
  }

  // As many of the steps as there is room for, the last one first.
  private static func times(_ history: RangeHistory, _ width: Int) -> String {
    let steps = [(history.synced, "durable"), (history.written, "written"), (history.allocated, "allocated")]
    return steps.reduce(into: "") { line, step in
      guard let time = step.0 else { return }
      let part = (line.isEmpty ? "" : ", ") + "\(step.1) \(time)"
      if line.isEmpty || line.count + part.count <= width { line += part }
    }
  }

  private static func kernelStyle(_ page: Int, _ sample: KernelSample?) -> Style {
    let state = sample?.cursor == page ? sample?.state : nil
    return Style(state.map { KernelState(KernelCell($0)).role } ?? .unknown)
  }

  private static func kernelText(_ page: Int, _ sample: KernelSample?) -> String {
    guard let sample else { return "asking" }
    guard sample.cursor == page, let state = sample.state else { return "unknown" }
    guard state.contains(.cached) else { return "not cached" }
    if sample.isResidencyOnly { return "cached, else unknown" }
    guard sample.alike.count > 1 else { return "\(state)" }
    return "\(state), like pages \(sample.alike.lowerBound)-\(sample.alike.upperBound - 1)"
  }

  private static func diskText(_ extent: Extent) -> String {
    let name =
      switch extent.kind {
      case .hole: "hole, reads as zeros"
      case .delayed: "delayed: no blocks chosen yet"
      case .unwritten: "reserved, reads as zeros"
      case .written, .inline, .data: extent.kind.rawValue
      }
    return name + (extent.isShared ? ", shared" : "")
  }
}
