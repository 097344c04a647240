import Inspector
import PageCache
import RangedMmap
import TerminalCanvas

/// What the glyphs mean, and how many pages of the file are in each state: a line for each layer that is shown.
enum LegendView {
  private struct Entry {
    let glyph: Unicode.Scalar
    let role: Role
    let count: Int?
    let name: String
  }

  static func draw(_ session: Session, _ interface: Interface, on canvas: inout Canvas, _ area: Area) {
    guard let file = session.file else { return }
    var y = area.y
    if session.layer != .kernel {
      let counts = interface.totals
      let entries = PageState.allCases.map {
        Entry(glyph: interface.glyphs.glyph($0), role: $0.role, count: counts[$0], name: "\($0)")
      }
      draw(entries, on: &canvas, area, y)
      y += 1
    }
    if session.layer != .library { drawKernel(file, interface, on: &canvas, area, y) }
  }

  private static func drawKernel(
    _ file: MmapFile, _ interface: Interface, on canvas: inout Canvas, _ area: Area, _ y: Int
  ) {
    guard let sample = interface.kernel else {
      canvas.write("asking the kernel", x: area.x + 1, y: y, Style(.dim))
      return
    }
    guard let totals = sample.totals else {
      let reason = sample.reason.map { ": \($0)" } ?? ""
      let text = sample.isResidencyOnly ? "dirty and writeback are unknown" : "the kernel's view is unknown"
      canvas.write(text + reason, x: area.x + 1, y: y, Style(.unknown), limit: area.width - 1)
      return
    }
    func entry(_ state: KernelState, _ count: Int?, _ name: String) -> Entry {
      Entry(glyph: interface.glyphs.glyph(state), role: state.role, count: count, name: name)
    }
    let isInMemory = sample.fileSystem?.isInMemory == true
    let entries = [
      entry(.noData, nil, "no data"), entry(.onDisk, nil, isInMemory ? "swapped" : "on disk"),
      entry(.clean, totals.cached, isInMemory ? "in memory" : "cached"),
      entry(.dirty, totals.dirty, isInMemory ? "dirty (never: \(sample.fileSystem?.name ?? "memory"))" : "dirty"),
      entry(.writeback, totals.writeback, "writeback"),
    ]
    // Only what others write is looked at for changes.
    let changed = Entry(glyph: interface.glyphs.glyph(KernelState.clean), role: .changed, count: nil, name: "changed")
    draw(file.isWritable ? entries : entries + [changed], on: &canvas, area, y)
  }

  private static func draw(_ entries: [Entry], on canvas: inout Canvas, _ area: Area, _ y: Int) {
    func text(_ entry: Entry) -> String { (entry.count.map { "\($0) " } ?? "") + entry.name }
    func width(_ gap: Int) -> Int { entries.reduce(0) { $0 + text($1).count + 2 + gap } }
    let gap = width(2) <= area.width ? 2 : 1
    let isShort = width(1) > area.width
    var x = area.x + 1
    for entry in entries {
      canvas.put(entry.glyph, x: x, y: y, Style(entry.role))
      let shown = isShort ? entry.count.map { "\($0)" } ?? entry.name : text(entry)
      x = canvas.write(shown, x: x + 2, y: y, Style(entry.count == 0 ? .dim : .text)) + gap
    }
  }
}
