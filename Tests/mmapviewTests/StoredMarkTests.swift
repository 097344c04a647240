import Inspector
import RangedMmap
import SystemPackage
import TerminalCanvas
import TestSupport
import Testing

@testable import mmapview

@Suite("Marks of pages that were stored to")
final class StoredMarkTests: SessionSuite {
  private func watch() throws {
    do { try perform("set exact on") } catch { try skip("\(error)") }
  }

  private func draw(_ width: Int, _ height: Int, ascii: Bool = false) throws -> (Canvas, Snapshot) {
    var interface = Interface()
    if ascii { interface.glyphs = .ascii }
    let layout = try #require(session.layout(interface, width: width, height: height))
    interface.sample(session, layout)
    let shown = Snapshot(session, interface, layout, width: width, height: height)
    return (Screen.draw(shown), shown)
  }

  /// Which cells of each grid have the mark, in any of their columns and rows.
  private func marked(_ canvas: Canvas, _ shown: Snapshot) throws -> [[Int]] {
    let (layout, glyph) = (try #require(shown.layout), shown.glyphs.glyph(PageMark.stored))
    let cells = try #require(shown.interface.cells)
    let lines = canvas.textLines.map { Array($0.unicodeScalars) }
    return layout.shape.fields(in: layout.grid).map { field in
      (0..<cells.count).filter { index in
        let (row, column) = index.quotientAndRemainder(dividingBy: layout.shape.columns)
        let (x, y) = (field.x + column * layout.shape.cellWidth, field.y + row * layout.shape.cellHeight)
        return (y..<y + layout.shape.cellHeight).contains { y in
          (x..<x + layout.shape.cellWidth).contains { lines[y].indices.contains($0) && lines[y][$0] == glyph }
        }
      }
    }
  }

  @Test(
    "Each has one in both layers' grids, in cells of every size, under the cursor and in a selection too",
    arguments: [(40, 12), (80, 24), (120, 40), (200, 60)], [false, true])
  func grids(size: (Int, Int), ascii: Bool) throws {
    try perform("create \(word("a")) 256k")
    try watch()
    try perform("allocate 1p x64", "write r3 zero", "write r10..r20 zero", "write r40 zero", "sync r12", "goto 2")
    try perform("select 9-14")
    let stored = [2] + [9, 10] + Array(12...19) + [39]
    for line in ["layer library", "layer kernel", "layer both", "set big on", "zoom 4", "zoom 16"] {
      try perform(line)
      let (canvas, shown) = try draw(size.0, size.1, ascii: ascii)
      let cells = try #require(shown.interface.cells)
      let inView = Set(
        stored.filter { cells.pages.contains($0) }.map { ($0 - cells.pages.lowerBound) / cells.pagesPerGroup })
      for grid in try marked(canvas, shown) { #expect(grid == inView.sorted(), "\(line)") }
    }
  }

  @Test("Without the setting nothing is marked, and the legend has no such entry")
  func off() throws {
    try perform("create \(word("a")) 256k", "allocate 1p x64", "write r3 zero", "layer both")
    let (canvas, shown) = try draw(120, 40)
    #expect(try marked(canvas, shown).allSatisfy { $0.isEmpty })
    let text = canvas.textLines.joined()
    #expect(!text.contains("▼") && !text.contains("since the last sync"))
  }

  @Test("The legend has the mark and the count, the page's pane the sentence, beside the grid and below it")
  func words() throws {
    try perform("create \(word("a")) 256k")
    try watch()
    try perform("allocate 1p x64", "write r3 zero", "write r10..r20 zero", "goto 2")
    var text = try draw(80, 24).0.textLines.joined(separator: "\n")
    #expect(text.contains("▼ 12 stored") && text.contains("stored  yes, since its last sync"), "\(text)")
    #expect(text.contains("since the last sync: 12 pages"), "\(text)")
    for line in ["layer both", "layer kernel"] {
      try perform(line)
      text = try draw(120, 40).0.textLines.joined(separator: "\n")
      #expect(text.contains("▼ 12 stored") && text.contains("since the last sync: 12 pages"), "\(text)")
    }
    try perform("layer both")
    text = try draw(80, 24).0.textLines.joined(separator: "\n")
    #expect(text.contains("\n since the last sync: 12 pages stored"), "\(text)")
    try perform("goto 5", "layer library")
    #expect(try draw(80, 24).0.textLines.joined().contains("stored  not since the last sync"))
  }

  @Test("Of a large file those in view are counted and marked, and where too many are, the legend says to zoom in")
  func large() throws {
    try perform("create \(word("a")) 2g sparse")
    try watch()
    try perform("allocate 1p x64", "write r3 zero")
    var (canvas, shown) = try draw(120, 40)
    #expect(canvas.textLines.joined().contains("▼ 1 stored in view"))
    #expect(canvas.textLines.joined(separator: " ").contains("since the last sync, in view: 1 page"))
    #expect(try marked(canvas, shown) == [[2]])
    try perform("zoom fit")
    (canvas, shown) = try draw(120, 40)
    #expect(try canvas.textLines.joined().contains("▼ stored: zoom in") && marked(canvas, shown) == [[]])
  }

  @Test("The past keeps marks, and what was not watched then has none")
  func past() throws {
    try perform("create \(word("a")) 256k", "allocate 1p x64")
    var browser = PastBrowser()
    var interface = Interface()
    let layout = try #require(session.layout(interface, width: 80, height: 24))
    func keep() {
      interface.update(session, layout)
      browser.keep(interface, session)
    }
    keep()
    try watch()
    for line in ["write r3 zero", "write r5 zero", "sync r3"] {
      try perform(line)
      keep()
    }
    func back(_ steps: Int) throws -> (Canvas, Snapshot) {
      _ = try browser.step(.back(steps), from: interface, session)
      interface.past = browser.view
      let shown = Snapshot(session, interface, layout, width: 80, height: 24)
      return (Screen.draw(shown), shown)
    }
    var (canvas, shown) = try back(1)
    #expect(try marked(canvas, shown) == [[2, 4]])
    #expect(canvas.textLines.joined().contains("▼ 2 stored"))
    (canvas, shown) = try back(1)
    #expect(try marked(canvas, shown) == [[2]])
    try perform("goto 2")
    shown = Snapshot(session, interface, layout, width: 80, height: 24)
    #expect(Screen.draw(shown).textLines.joined().contains("stored  yes"))
    (canvas, shown) = try back(1)
    #expect(try marked(canvas, shown) == [[]] && !canvas.textLines.joined().contains("▼"))
  }
}

extension InTerminal {
  @Suite("Stored pages on the screen")
  final class StoredScreenTests: StartsProgram {
    @Test("A mark comes with the store and goes with the sync, is there in the past, and at rest nothing wakes")
    func marks() throws {
      let window = try start("a --create 64k")
      try window.waitFor("16 free")
      try window.type(":set exact on", "Enter", "a")
      let first = try window.waitFor("1 allocated")
      if first.contains("which pages are stored to is unknown") { try skip("stores can't be watched here") }
      try window.type("w")
      try window.waitFor("▼ 1 stored")
      try window.waitFor("yes, since its last sync")
      try expectRest(window, over: 2)
      try window.type("s")
      try window.waitFor("▼ 0 stored")
      try window.type("[")
      if try !window.waitFor("the past: ").contains("▼ 1 stored") { try window.type("[") }
      try window.waitFor("▼ 1 stored")
      try window.type("Escape")
      try window.waitFor("▼ 0 stored")
      try window.quit()
      try expectShell(window)
    }
  }
}
