import Inspector
import PageCache
import RangedMmap
import TerminalCanvas

/// What the glyphs mean, and how many pages of the file are in each state: a line for each layer that is shown.
enum LegendView: Pane {
  /// Without a glyph, what is no state of a cell.
  private typealias Entry = (glyph: Unicode.Scalar?, role: Role, count: Int?, name: String)

  static func draw(_ shown: Snapshot, on canvas: inout Canvas, _ area: Area) {
    guard let file = shown.file else { return }
    var rest = area
    // Changes with each fault.
    let faulted = shown.faults.map { [Entry(shown.glyphs.faulted.glyph, .faulted, $0.pages, "faulted")] } ?? []
    if shown.layer != .kernel {
      func entry(_ state: PageState, _ count: Int, _ name: String) -> Entry {
        (shown.glyphs.mark(state).glyph, state.row.role, count, name)
      }
      var entries =
        file.isWritable
        ? PageState.allCases.map { entry($0, shown.interface.totals[$0], file.word(for: $0)) } + stored(shown)
        : [entry(.free, shown.interface.totals.total, "not ours")]
      if shown.layer == .library { entries += faulted }
      let line = area.height > 1 || shown.layer != .both ? rest.takeTop(1) : rest
      let isMeasured = shown.layer == .library && shown.faults != nil
      let right = draw(entries, isMeasured: isMeasured, on: &canvas, line)
      // Both stand in one line where there is room for them.
      if line == rest {
        canvas.put(shown.glyphs.bar, x: right.x, y: right.y, Style(.dim))
        rest = right.inset(left: 1)
      }
    }
    if shown.layer != .library { drawKernel(file, shown, faulted, on: &canvas, rest) }
  }

  // In the first line alone: it is the same in both layers.
  private static func stored(_ shown: Snapshot) -> [Entry] {
    guard let stored = shown.interface.stored else { return [] }
    let (glyph, row) = (shown.glyphs.glyph(PageMark.stored), PageMark.stored.row)
    if let total = stored.total { return [(glyph, row.role, total, row.name)] }
    return [(glyph, row.role, stored.inView, row.name + (stored.inView == nil ? ": zoom in" : " in view"))]
  }

  private static func drawKernel(
    _ file: MmapFile, _ shown: Snapshot, _ faulted: [Entry], on canvas: inout Canvas, _ area: Area
  ) {
    let text = area.inset(left: 1)
    guard let sample = shown.interface.kernel else {
      canvas.write("asking the kernel", in: text, Style(.dim, isMeasured: true))
      return
    }
    let reason = sample.reason.map { ": \($0)" } ?? ""
    guard sample.reason == nil || sample.isResidencyOnly else {
      // A part of a reason can't be understood; what is known of the page has the whole.
      let unknown = "the kernel's view is unknown"
      let line = unknown.columns + reason.columns <= text.width ? unknown + reason : unknown
      canvas.write(shortened(line, text.width, shown.glyphs), in: text, Style(.unknown, isMeasured: true))
      return
    }
    func entry(_ state: KernelState, _ count: Int?, _ name: String) -> Entry {
      (shown.glyphs.mark(state).glyph, state.row.role, count, name)
    }
    let isInMemory = sample.fileSystem?.isInMemory == true
    let totals = sample.totals
    var entries = [entry(.noData, nil, "no data"), entry(.onDisk, nil, isInMemory ? "swapped" : "on disk")]
    guard !sample.isResidencyOnly else {
      entries += [entry(.cached, totals?.cached, "cached")] + faulted
      if shown.layer == .kernel { entries += stored(shown) }
      let rest = draw(entries, isMeasured: true, on: &canvas, area)
      // A part of a reason can't be understood; `kernel` shows the whole.
      let texts = ["dirty and writeback unknown" + reason, "dirty and writeback unknown", "else unknown"]
      canvas.write(texts.first { $0.columns <= rest.width } ?? "", in: rest, Style(.unknown, isMeasured: true))
      return
    }
    entries += [
      entry(.clean, totals?.clean, isInMemory ? "in memory" : "clean"),
      entry(.dirty, totals?.dirty, "dirty"),
      entry(.writeback, totals?.writeback, "writeback"),
    ]
    if shown.layer == .kernel { entries += stored(shown) }
    if let cached = totals?.cached { entries.append((nil, .text, cached, "cached")) }
    // Changes are looked for only in files that others write; each is drawn over the glyph of its page.
    if !file.isWritable { entries.append((nil, .changed, nil, sample.comparesBytes ? "changed" : "changed: zoom in")) }
    entries += faulted
    let rest = draw(entries, isMeasured: true, on: &canvas, area)
    let note = "never dirty"
    guard isInMemory, note.columns <= rest.width else { return }
    canvas.write(note, in: rest, Style(.dim, isMeasured: true))
  }

  // Returns what is left of the area.
  private static func draw(
    _ entries: [Entry], isMeasured: Bool = false, on canvas: inout Canvas, _ area: Area
  ) -> Area {
    var (entries, isShort) = (entries, false)
    func text(_ entry: Entry) -> String {
      guard let count = entry.count else { return entry.name }
      return isShort && entry.glyph != nil ? "\(count)" : "\(count) \(entry.name)"
    }
    // A glyph parts it from the entry before; where there is none, a lone blank would make one entry of two.
    func before(_ entry: Entry, _ gap: Int) -> Int { entry.glyph == nil ? 2 : gap }
    func width(_ gap: Int) -> Int {
      entries.reduce(0) { $0 + before($1, gap) + text($1).count + ($1.glyph == nil ? 0 : 2) }
    }
    // With a mark beside the states there is no room for all their names in an old terminal.
    while entries.count > PageState.allCases.count, width(1) > area.width,
      let least = entries.lastIndex(where: { $0.count == 0 && $0.name != PageMark.stored.row.name })
    {
      entries.remove(at: least)
    }
    let gap = width(2) <= area.width ? 2 : 1
    isShort = width(1) > area.width
    // Whole entries are left out, those without pages first.
    while width(1) > area.width,
      let least = entries.lastIndex(where: { ($0.count ?? 0) == 0 }) ?? entries.indices.last
    {
      entries.remove(at: least)
    }
    var rest = area.inset(left: 1)
    for (index, entry) in entries.enumerated() {
      if index > 0 { rest = rest.inset(left: before(entry, gap)) }
      if let glyph = entry.glyph {
        canvas.put(glyph, x: rest.x, y: rest.y, Style(entry.role, isMeasured: isMeasured))
        rest = rest.inset(left: 2)
      }
      let role: Role = entry.count == 0 ? .dim : entry.glyph == nil ? entry.role : .text
      canvas.write(text(entry), into: &rest, Style(role, isMeasured: isMeasured))
    }
    return rest.inset(left: gap)
  }
}
