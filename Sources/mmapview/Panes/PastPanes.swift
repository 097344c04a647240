import Inspector
import RangedMmap
import TerminalCanvas

/// What stands in the place of panes that show more than the past has kept: never what is now.
enum PastPanes {
  /// The pane that draws in the place of one of the present's.
  static func instead(of pane: any Pane.Type, _ shown: Snapshot) -> any Pane.Type {
    guard shown.interface.past != nil else { return pane }
    return switch pane {
    case is TitleView.Type: Title.self
    case is SidePane.Type: Facts.self
    case is PageLine.Type: Line.self
    case is WhyPane.Type: Why.self
    case is HexView.Type: Bytes.self
    case is ProgressView.Type: KeysLine.self
    case is ActorsPane.Type: Nothing.self
    default: pane
    }
  }

  /// What is open, which moment is shown, and how many steps back that is.
  private enum Title: Pane {
    static func draw(_ shown: Snapshot, on canvas: inout Canvas, _ area: Area) {
      guard let past = shown.interface.past, let file = shown.file else { return }
      let style = Style(.title, isReversed: true, isMeasured: shown.interface.showsTimes)
      canvas.fill(area, " ", style)
      let path = shown.fileName ?? file.path
      let name = path.lastComponent?.string ?? path.string
      let time = shown.interface.showsTimes ? "\(past.moment.time), " : ""
      let place = "the past: \(time)\(counted(past.steps, "step")) back of \(max(past.steps, past.depth))"
      let room = area.width - 2 - place.columns - shown.glyphs.separator.columns
      let shape = [
        past.moment.end.map { "\(counted($0, "page")) then, \(past.moment.pageCount) mapped" }
          ?? counted(past.moment.pageCount, "page"),
        counted(past.moment.pagesPerCell, "page") + " a cell",
        shown.layer == .both ? "both layers" : shown.layer.rawValue,
      ]
      // The place comes first where there is no room for both.
      let parts = room >= 8 ? [shortened(name, room, shown.glyphs), place] + shape : [place]
      canvas.write(
        fitting(parts, area.width - 2, shown.glyphs, separator: shown.glyphs.separator), in: area.inset(left: 1), style)
    }
  }

  /// The page under the cursor, in the column beside the grid.
  private enum Facts: Pane {
    static func draw(_ shown: Snapshot, on canvas: inout Canvas, _ area: Area) {
      guard let past = shown.interface.past, let file = shown.file else { return }
      for y in area.y..<area.y + area.height {
        canvas.put(shown.glyphs.bar, x: area.x - 2, y: y, Style(.dim))
      }
      let page = shown.view.cursor
      var rows: [(name: String, text: String, style: Style)] = []
      if let cell = past.cell(of: page) {
        if cell.pages.count > 1 { rows.append(("cell", named(cell.pages), .plain)) }
        if shown.layer != .kernel { rows.append(("state", word(cell.library, file), .plain)) }
        if shown.layer != .library {
          let state = KernelState(cell.kernel)
          rows.append(("kernel", word(cell.kernel, past), Style(state.row.role, isMeasured: true)))
        }
        if let stored = cell.stored { rows.append((PageMark.stored.row.name, word(stored, of: cell.pages), .plain)) }
        for name in file.isWritable ? ["range", "disk"] : ["disk"] { rows.append((name, "not kept", Style(.dim))) }
      } else {
        rows.append(("", past.absence(of: page), Style(.dim)))
      }
      var heading = area
      canvas.write("page \(page)", into: &heading, Style(.title))
      canvas.write(fitting([" at \(address(page * Alignment.page))"], heading.width, shown.glyphs), in: heading)
      for (index, row) in rows.prefix(max(0, area.height - 1)).enumerated() {
        canvas.write(row.name, in: area.row(index + 1), Style(.dim))
        let value = area.row(index + 1).inset(left: row.name.isEmpty ? 0 : 8)
        canvas.write(shortened(row.text, value.width, shown.glyphs), in: value, row.style)
      }
    }
  }

  private enum Line: Pane {
    static func draw(_ shown: Snapshot, on canvas: inout Canvas, _ area: Area) {
      guard let past = shown.interface.past, let file = shown.file else { return }
      var rest = area.inset(left: 1)
      canvas.write("page \(shown.view.cursor) ", into: &rest, Style(.title))
      guard let cell = past.cell(of: shown.view.cursor) else {
        canvas.write(past.absence(of: shown.view.cursor), in: rest, Style(.dim))
        return
      }
      let parts =
        (shown.layer == .kernel ? [] : [word(cell.library, file)])
        + (shown.layer == .library ? [] : [word(cell.kernel, past)])
        + (cell.stored.map { $0 > 0 ? [PageMark.stored.row.name] : [] } ?? [])
      canvas.write(fitting(parts, rest.width, shown.glyphs, separator: shown.glyphs.separator), in: rest)
      if area.height > 1 { Why.draw(shown, on: &canvas, area.row(1)) }
    }
  }

  private enum Why: Pane {
    static func draw(_ shown: Snapshot, on canvas: inout Canvas, _ area: Area) {
      guard shown.layer == .both else { return }
      canvas.write("the past: why the layers differ is not kept", in: area.inset(left: 1), Style(.dim))
    }
  }

  private enum Bytes: Pane {
    static func draw(_ shown: Snapshot, on canvas: inout Canvas, _ area: Area) {
      Screen.rule("bytes of page \(shown.view.cursor)", shown, on: &canvas, area)
      canvas.write("bytes are not kept; Esc goes back to now", in: area.below(1).inset(left: 1), Style(.dim))
    }
  }

  private enum Nothing: Pane {
    static func draw(_ shown: Snapshot, on canvas: inout Canvas, _ area: Area) {}
  }

  private static func word(_ counts: PageCounts, _ file: MmapFile) -> String {
    guard file.isWritable else { return "not ours" }
    let states = PageState.allCases.filter { counts[$0] > 0 }
    return states.count == 1 ? states[0].word : states.map { "\(counts[$0]) \($0.word)" }.joined(separator: ", ")
  }

  private static func word(_ stored: Int, of pages: Range<Int>) -> String {
    pages.count > 1 ? "\(stored) of \(counted(pages.count, "page"))" : stored > 0 ? "yes" : "no"
  }

  private static func word(_ cell: KernelCell?, _ past: PastView) -> String {
    guard past.moment.kernel != nil else { return "not looked at then" }
    guard let cell else { return "unknown" }
    guard cell.cached > 0 else { return "not cached" }
    if cell.pages == 1 {
      guard let dirty = cell.dirty, let writeback = cell.writeback else { return "cached, else unknown" }
      let words = (dirty > 0 ? ["dirty"] : []) + (writeback > 0 ? ["writeback"] : [])
      return words.isEmpty ? "clean" : words.joined(separator: ", ")
    }
    let counts = [("cached", cell.cached), ("dirty", cell.dirty), ("writeback", cell.writeback)]
    return counts.map { name, count in count.map { "\($0) \(name)" } ?? "\(name) unknown" }.joined(separator: ", ")
  }
}
