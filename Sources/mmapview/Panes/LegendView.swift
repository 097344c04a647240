import Inspector
import PageCache
import RangedMmap
import TerminalCanvas

/// What the glyphs mean, and how many pages of the file are in each state: a line for each layer that is shown.
enum LegendView: Pane {
  private struct Entry {
    let glyph: Unicode.Scalar
    let role: Role
    let count: Int?
    let name: String
  }

  static func draw(_ shown: Snapshot, on canvas: inout Canvas, _ area: Area) {
    guard let file = shown.file else { return }
    var y = area.y
    if shown.layer != .kernel {
      let counts = shown.interface.totals
      let free = shown.interface.glyphs.glyph(PageState.free)
      let entries =
        file.isWritable
        ? PageState.allCases.map {
          Entry(glyph: shown.interface.glyphs.glyph($0), role: $0.role, count: counts[$0], name: "\($0)")
        } : [Entry(glyph: free, role: PageState.free.role, count: file.states.count, name: "not ours")]
      draw(entries, on: &canvas, area, y)
      y += 1
    }
    if shown.layer != .library { drawKernel(file, shown, on: &canvas, area, y) }
  }

  private static func drawKernel(
    _ file: MmapFile, _ shown: Snapshot, on canvas: inout Canvas, _ area: Area, _ y: Int
  ) {
    guard let sample = shown.interface.kernel else {
      canvas.write("asking the kernel", x: area.x + 1, y: y, Style(.dim, isMeasured: true))
      return
    }
    let reason = sample.reason.map { ": \($0)" } ?? ""
    guard sample.reason == nil || sample.isResidencyOnly else {
      canvas.write(
        shortened("the kernel's view is unknown" + reason, area.width - 1, shown.interface.glyphs), x: area.x + 1, y: y,
        Style(.unknown, isMeasured: true))
      return
    }
    func entry(_ state: KernelState, _ count: Int?, _ name: String) -> Entry {
      Entry(glyph: shown.interface.glyphs.glyph(state), role: state.role, count: count, name: name)
    }
    let isInMemory = sample.fileSystem?.isInMemory == true
    let totals = sample.totals
    var entries = [entry(.noData, nil, "no data"), entry(.onDisk, nil, isInMemory ? "swapped" : "on disk")]
    guard !sample.isResidencyOnly else {
      entries.append(entry(.cached, totals?.cached, "cached"))
      let x = draw(entries, isMeasured: true, on: &canvas, area, y)
      // A part of a reason would be a riddle; `kernel` tells the whole.
      let told = ["dirty and writeback unknown" + reason, "dirty and writeback unknown", "else unknown"]
      let text = told.first { $0.columns <= area.x + area.width - x } ?? ""
      canvas.write(text, x: x, y: y, Style(.unknown, isMeasured: true))
      return
    }
    entries += [
      entry(.clean, totals?.cached, isInMemory ? "in memory" : "cached"),
      entry(.dirty, totals?.dirty, isInMemory ? "dirty (never: \(sample.fileSystem?.name ?? "memory"))" : "dirty"),
      entry(.writeback, totals?.writeback, "writeback"),
    ]
    // Only what others write is looked at for changes.
    let changed = Entry(
      glyph: shown.interface.glyphs.glyph(KernelState.clean), role: .changed, count: nil,
      name: sample.comparesBytes ? "changed" : "changed: zoom in")
    draw(file.isWritable ? entries : entries + [changed], isMeasured: true, on: &canvas, area, y)
  }

  // Tells the column after them.
  @discardableResult
  private static func draw(
    _ entries: [Entry], isMeasured: Bool = false, on canvas: inout Canvas, _ area: Area, _ y: Int
  ) -> Int {
    var (entries, isShort) = (entries, false)
    func text(_ entry: Entry) -> String {
      guard let count = entry.count else { return entry.name }
      return isShort ? "\(count)" : "\(count) \(entry.name)"
    }
    func width(_ gap: Int) -> Int { entries.reduce(0) { $0 + text($1).count + 2 + gap } }
    let gap = width(2) <= area.width ? 2 : 1
    isShort = width(1) > area.width
    // What there is none of is missed least; nothing is cut.
    while width(1) > area.width,
      let least = entries.lastIndex(where: { ($0.count ?? 0) == 0 }) ?? entries.indices.last
    {
      entries.remove(at: least)
    }
    var x = area.x + 1
    for entry in entries {
      canvas.put(entry.glyph, x: x, y: y, Style(entry.role, isMeasured: isMeasured))
      let shown = text(entry)
      let style = Style(entry.count == 0 ? .dim : .text, isMeasured: isMeasured)
      x = canvas.write(shown, x: x + 2, y: y, style) + gap
    }
    return x
  }
}
