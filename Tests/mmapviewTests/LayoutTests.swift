import Inspector
import RangedMmap
import SystemPackage
import TerminalCanvas
import TestSupport
import Testing

@testable import mmapview

@Suite("The layout of the window")
final class LayoutTests: SessionSuite {
  private static func needs(_ random: inout some RandomNumberGenerator) -> LayoutNeeds {
    var needs = LayoutNeeds()
    needs.pages = [0, 1, 16, 64, 256, 300, 4096, 1 << 28].randomElement(using: &random) ?? 0
    needs.layer = Layer.allCases.randomElement(using: &random) ?? .both
    needs.pagesPerCell = [nil, 1, 1, 4, 1 << 20].randomElement(using: &random) ?? 1
    needs.hidden = Set(OptionalPane.allCases.filter { _ in Int.random(in: 0..<4, using: &random) == 0 })
    needs.actorRows = [0, 0, 1, 5, 41].randomElement(using: &random) ?? 0
    needs.captionRows = [0, 0, 3, 5, 30].randomElement(using: &random) ?? 0
    needs.isBig = Bool.random(using: &random)
    return needs
  }

  private static func panes(_ layout: Layout) -> [Area] {
    [
      layout.title, layout.grid, layout.side, layout.page, layout.overview, layout.why, layout.history, layout.actors,
      layout.hex, layout.log, layout.caption, layout.legend, layout.prompt,
    ].compactMap { $0 }
  }

  @Test("In no window two panes share a cell, or one leaves it, whatever there is to be shown")
  func disjoint() throws {
    var random = Seeded(17)
    for _ in 0..<3000 {
      let (width, height) = (Int.random(in: 40...220, using: &random), Int.random(in: 12...70, using: &random))
      let needs = Self.needs(&random)
      let layout = try #require(Layout(width: width, height: height, needs))
      let panes = Self.panes(layout)
      let window = Area(x: 0, y: 0, width: width, height: height)
      for (index, pane) in panes.enumerated() {
        #expect(pane.intersection(window) == pane, "\(width)x\(height) \(needs)")
        for other in panes[..<index] {
          let common = pane.intersection(other)
          #expect(common.width * common.height == 0, "\(width)x\(height) \(needs): \(pane) \(other)")
        }
      }
      #expect(layout.shape.rows > 0 && layout.grid.height == 1 + layout.shape.height, "\(width)x\(height) \(needs)")
      for field in layout.shape.fields(in: layout.grid) { #expect(field.intersection(layout.grid) == field) }
      // What is hidden is not there, and what is not hidden keeps a row for what is reported.
      #expect((layout.log != nil) != needs.hidden.contains(.log), "\(width)x\(height) \(needs)")
    }
  }

  @Test(
    "At 80x24 all 256 pages of a MiB are in view in each layer's grid, beside workers and captions too",
    arguments: Layer.allCases, [0, 3])
  func whole(layer: Layer, extra: Int) throws {
    for workers in [0, 5] {
      let needs = LayoutNeeds(pages: 256, layer: layer, actorRows: workers, captionRows: extra)
      let layout = try #require(Layout(width: 80, height: 24, needs))
      #expect(layout.shape.pages >= 256 && layout.overview == nil)
      #expect(layout.shape.grids == (layer == .both ? 2 : 1))
      if workers > 0, layer == .both { #expect(layout.actors?.height ?? 0 >= 3) }
    }
  }

  @Test("Where rows are lacking workers keep three, before them the grid two and the log one; all else gives way")
  func lacking() throws {
    var random = Seeded(6)
    for _ in 0..<2000 {
      let (width, height) = (Int.random(in: 40...111, using: &random), Int.random(in: 12...24, using: &random))
      var needs = LayoutNeeds(pages: 256, layer: .both, actorRows: 4)
      needs.captionRows = [0, 3, 4, 7, 12].randomElement(using: &random) ?? 0
      needs.isBig = Bool.random(using: &random)
      needs.hasNotes = Bool.random(using: &random)
      needs.hasSentence = Bool.random(using: &random)
      let layout = try #require(Layout(width: width, height: height, needs))
      let (grid, log) = (layout.grid.height - 1, layout.log?.height ?? 0)
      let workers = layout.actors?.height ?? 0
      #expect(grid >= 2 && log >= 1 && workers >= 1, "\(width)x\(height) \(needs)")
      if workers < 3 {
        #expect(grid == 2 && log == 1 && layout.page == nil && layout.why == nil && layout.overview == nil)
      }
      // Nor has the box blank rows, but for what a cell of two rows leaves.
      if needs.isBig, workers < 3, needs.captionRows >= 5 {
        #expect(layout.caption?.height ?? 0 <= max(3, needs.captionRows - 2), "\(width)x\(height) \(needs)")
      }
      // Each row between title and legend is some pane's.
      #expect(Self.panes(layout).reduce(0) { $0 + $1.height } == height, "\(width)x\(height) \(needs)")
      // Nor is there an empty row for a sentence.
      if workers < 4, !needs.hasSentence { #expect(layout.why == nil && layout.page?.height ?? 1 == 1) }
    }
  }

  @Test("A list to begin with has the window for itself until something is reported")
  func start() throws {
    var needs = LayoutNeeds()
    needs.startLogRows = 0
    let empty = try #require(Layout(width: 40, height: 12, needs))
    #expect(empty.log == nil && StartMenu.area(empty).height == 10)
    needs.startLogRows = 3
    let full = try #require(Layout(width: 40, height: 12, needs))
    #expect(full.log?.height == 3 && StartMenu.area(full).height == 7)
  }

  @Test("A page has the same place in both grids, and each takes the mouse")
  func samePlace() throws {
    let layout = try #require(Layout(width: 80, height: 24, LayoutNeeds(pages: 256, layer: .both)))
    let fields = layout.shape.fields(in: layout.grid)
    #expect(fields.count == 2 && fields[0].y == fields[1].y && fields[0].width == fields[1].width)
    for page in [0, 31, 32, 255] {
      let (row, column) = page.quotientAndRemainder(dividingBy: layout.shape.columns)
      for field in fields {
        let x = field.x + column * layout.shape.cellWidth
        #expect(layout.shape.page(x: x, y: field.y + row, in: layout.grid, from: 0, of: 256) == page)
      }
    }
    #expect(layout.shape.page(x: fields[1].x - 1, y: fields[0].y, in: layout.grid, from: 0, of: 256) == nil)
  }

  private func frame(_ width: Int = 80, _ height: Int = 24) -> Canvas {
    var interface = Interface()
    if let layout = session.layout(interface, width: width, height: height) { interface.sample(session, layout) }
    return Screen.draw(Snapshot(session, interface, width: width, height: height))
  }

  @Test("Keys hide panes, and what they give up goes to the others")
  func hiding() throws {
    try perform("create \(word("a")) 1m", "allocate 1p", "write r1 text:abc")
    let full = frame().textLines
    #expect(full.contains { $0.hasPrefix("── bytes") } && full.contains { $0.hasPrefix("── log") })
    try perform("set bytes off", "set page off")
    let less = frame().textLines
    #expect(!less.contains { $0.hasPrefix("── bytes") || $0.contains("state   ") })
    let log = try #require(less.firstIndex { $0.hasPrefix("── log") })
    #expect(try log < #require(full.firstIndex { $0.hasPrefix("── log") }))
    try perform("set log off", "set bytes on")
    #expect(!frame().textLines.contains { $0.hasPrefix("── log") })
    try perform("set log on", "set page on")
    #expect(frame().textLines == full)
  }

  @Test("The glyph stays under the cursor and in a selection, on a ground of its own and underlined")
  func marked() throws {
    try perform("create \(word("a")) 1m", "allocate 1p x3", "write r1..r2 zero", "sync r1", "select 1-2", "goto 1")
    let canvas = frame()
    let cells = (0..<4).map { canvas[10 + $0, 2] }
    #expect(cells.map(\.glyph) == ["█", "▒", "░", "·"])
    #expect(cells[1].style == Style(.title, isReversed: true, isUnderlined: true))
    #expect(cells[2].style == Style(.allocated, isUnderlined: true))
    #expect(cells[0].style == Style(.flushed) && cells[3].style == Style(.free))
    try perform("goto 0")
    #expect(frame()[10, 2].glyph == "■")
    // A cell of two rows has its line below both, as wide as the cell.
    let large = frame(200, 60)
    let shape = try #require(session.layout(Interface(), width: 200, height: 60)).shape
    try #require(shape.cellHeight == 2)
    for x in 10 + 2 * shape.cellWidth..<10 + 3 * shape.cellWidth {
      #expect((2...3).map { large[x, $0].style.isUnderlined } == [false, true])
    }
  }

  @Test(
    "A page has one mark in each grid, however large its cell is, unless its state fills the cell",
    arguments: ["80x24", "120x40", "200x60"], [false, true])
  func oneMark(size: String, isBig: Bool) throws {
    try perform("create \(word("a")) 1m sparse", "layer both", "allocate 8p x2", "write r1 zero")
    if isBig { try perform("set big on") }
    let sizes = size.split(separator: "x").compactMap { Int($0) }
    for glyphs in [Glyphs.unicode, .ascii] {
      var interface = Interface()
      interface.glyphs = glyphs
      let layout = try #require(session.layout(interface, width: sizes[0], height: sizes[1]))
      interface.sample(session, layout)
      let canvas = Screen.draw(Snapshot(session, interface, width: sizes[0], height: sizes[1]))
      let shape = layout.shape
      for (field, fills) in zip(shape.fields(in: layout.grid), [glyphs === Glyphs.unicode, false]) {
        let marks = field.rows.flatMap { y in field.columns.filter { canvas[$0, y].glyph != " " } }.count
        let pages = min(256, shape.pages)
        #expect(marks == pages + (fills ? 16 * (shape.cellWidth * shape.cellHeight - 1) : 0))
      }
    }
  }

  @Test("A bar in a cell of two rows is one of twice the height")
  func halves() {
    let halves = Glyphs.unicode.bars.map { Glyphs.unicode.halves(of: $0) }
    #expect(halves.map(\.upper) == [" ", " ", " ", " ", "▂", "▄", "▆"])
    #expect(halves.map(\.lower) == ["▂", "▄", "▆", "█", "█", "█", "█"])
    #expect(Glyphs.unicode.halves(of: "▒") == ("▒", "▒"))
  }

  @Test("Rows of equal bytes are drawn together, but for the cursor's and the last one")
  func repeats() {
    var bytes = [UInt8](repeating: 0, count: 4096)
    func starts(_ cursor: Int? = nil, _ bytesPerRow: Int = 16) -> [Int?] {
      ByteRows(bytes[...], bytesPerRow: bytesPerRow, cursor: cursor).starts
    }
    #expect(starts() == [0, nil, 4080])
    #expect(starts(nil, 32) == [0, nil, 4064])
    #expect(starts(100) == [0, nil, 96, nil, 4080])
    bytes[33] = 1
    #expect(starts() == [0, 16, 32, 48, nil, 4080])
    bytes = (0..<4096).map { UInt8(truncatingIfNeeded: $0 / 16) }
    #expect(starts() == (0..<256).map { $0 * 16 })
  }

  @Test("In the library's layer the kernel is asked about what was written here and is not durable, and else not")
  func requests() throws {
    try perform("create \(word("a")) 1m", "allocate 1p")
    func request() throws -> KernelRequest? {
      var interface = Interface()
      let layout = try #require(session.layout(interface, width: 80, height: 24))
      interface.update(session, layout)
      return interface.kernelRequest(session, layout)
    }
    #expect(try request() == nil)
    try perform("write r1 zero")
    #expect(try request() != nil)
    try perform("sync r1")
    #expect(try request() == nil)
  }

  @Test("The line of the whole file has brackets around what is in view, in each grid")
  func overview() throws {
    try perform("create \(word("a")) 64m sparse", "layer both", "goto 8000")
    let line = try #require(frame().textLines.first { $0.hasPrefix(" whole") })
    let brackets = line.enumerated().filter { "[]".contains($1) }.map(\.offset)
    #expect(brackets.count == 4 && brackets[0] + 35 == brackets[2] && brackets[1] + 35 == brackets[3], "\(line)")
  }
}
