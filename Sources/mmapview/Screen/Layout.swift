import Inspector
import PageCache
import RangedMmap
import TerminalCanvas

/// What a window has to find room for.
struct LayoutNeeds {
  var pages = 0
  var layer = Layer.library
  /// How many pages a cell stands for; `nil` brings the whole file in view.
  var pagesPerCell: Int? = 1
  var hidden: Set<OptionalPane> = []
  /// How many rows the workers or other processes would fill.
  var actorRows = 0
  /// How many rows of the log would be filled, where there is a list to begin with and no file.
  var startLogRows: Int?
  /// Whether library and kernel say different things of the page at the cursor.
  var hasSentence = true
  /// The rows that the caption would fill, with its frame; 0 for none.
  var captionRows = 0
  /// Whether the presenter's notes are shown with it.
  var hasNotes = false
  /// For a hall: cells of two columns and two rows.
  var isBig = false

  var isStart: Bool { startLogRows != nil }

  func shows(_ pane: OptionalPane) -> Bool { !hidden.contains(pane) }
}

/// Which pane stands where in a window of a given size; a pane that finds no room is `nil`.
struct Layout {
  /// The smallest window that shows more than a notice.
  static let least = (width: 40, height: 12)
  /// 8 digits of offset, 40 columns of hexadecimal, 16 of text and what is between; a page of rows would leave no grid.
  static let leastForBytes = (width: 69, height: 18)

  let title: Area
  let grid: Area
  let shape: GridShape
  let side: Area?
  let page: Area?
  /// The whole file in one line, with the part that is in view.
  let overview: Area?
  let why: Area?
  let history: Area?
  /// Workers or other processes, where there is no side pane.
  let actors: Area?
  let hex: Area?
  let log: Area?
  /// Always above the legend, so that nothing that happens moves it.
  let caption: Area?
  let legend: Area
  let prompt: Area
  /// All between the title and the prompt.
  let overlay: Area

  init?(width: Int, height: Int, _ needs: LayoutNeeds) {
    guard width >= Self.least.width, height >= Self.least.height else { return nil }
    let isInPairs = needs.layer == .both
    var rest = Area(x: 0, y: 0, width: width, height: height)
    title = rest.takeTop(1)
    overlay = Area(x: rest.x, y: rest.y, width: rest.width, height: rest.height - 1)
    prompt = rest.takeBottom(1)
    // Two legends of 75 and 57 columns stand side by side where they can.
    let isInTwo = isInPairs && width < 134
    // A list to begin with has no states.
    legend = rest.takeBottom(needs.isStart ? 0 : isInTwo ? 2 : 1)
    func takeBottom(_ rows: Int) -> Area? { rows > 0 ? rest.takeBottom(rows) : nil }
    // A frame of three rows, more for a long caption; two thirds stay for the rest. Half where that is little, where a
    // presenter reads notes, and in a hall, which reads more than it looks.
    let share = rest.height / (rest.height < 14 || needs.isBig || needs.hasNotes ? 2 : 3)
    // All the same a ruler, two rows of cells, the newest line of the log and one of workers, of which two more come before
    // the blank rows of a hall's box.
    let most = min(share, rest.height - 3 - (needs.shows(.log) ? 1 : 0) - min(needs.actorRows, 1))
    let text = min(needs.captionRows - (needs.isBig ? CaptionBox.blankRows : 0), most)
    let roomy = min(needs.captionRows, most - max(0, min(needs.actorRows - 1, 2)))
    caption = takeBottom(needs.captionRows > 0 ? max(3, text, roomy) : 0)

    // A column of its own beside all else where 80 columns stay for that, or beside the grid alone.
    let hasColumn = width >= Self.leastForColumn && needs.shows(.page)
    let hasSide = hasColumn || needs.shows(.page) && !isInPairs && width >= 60
    let column = hasColumn ? rest.takeRight(min(48, width - 80)) : nil
    let rows = Rows(rest, needs, hasSide: hasSide, hasColumn: hasColumn)
    shape = rows.shape

    var block = rest.takeTop(rows.block)
    side = (column ?? (hasSide ? block.takeRight(block.width - shape.width) : nil))?.inset(left: 3)
    grid = block.takeTop(1 + shape.height)
    overview = rows.overview > 0 ? block.takeTop(1) : nil
    func takeTop(_ rows: Int) -> Area? { rows > 0 ? rest.takeTop(rows) : nil }
    page = takeTop(rows.page)
    why = takeTop(rows.why)
    history = takeTop(rows.history)
    actors = takeTop(rows.actors)?.inset(left: 1)
    hex = takeTop(rows.hex)
    log = takeTop(rows.log)
  }

  // 32 columns of the side pane, 30 of them for text, beside an old terminal's width.
  private static let leastForColumn = 80 + 32

  init?(_ session: Session, _ interface: Interface, width: Int, height: Int) {
    let others = session.layer == .library ? 0 : interface.kernel?.users?.count { !$0.isSelf } ?? 0
    let past = interface.past?.moment
    // Of workers that have ended the heading says enough.
    let workers = session.workers.running > 0 ? 1 + session.workers.shift.count : 1
    let actorRows = session.workers.workers.isEmpty ? others > 0 ? 1 + others : 0 : workers
    let sentence = WhyPane.sentence(session.file, session.layer, interface.kernel, cursor: session.view.cursor)
    self.init(
      width: width, height: height,
      LayoutNeeds(
        pages: past?.pageCount ?? session.file?.states.count ?? 0, layer: session.layer,
        pagesPerCell: past?.pagesPerCell ?? session.view.zoom.pagesPerCell,
        hidden: session.view.hiddenPanes, actorRows: actorRows,
        startLogRows: interface.start != nil && session.file == nil
          ? LogPane.rows(session.log, width, showsTimes: interface.showsTimes) : nil,
        hasSentence: past != nil || interface.kernel?.cursor != session.view.cursor || sentence != nil
          || interface.stored != nil,
        captionRows: CaptionBox.rows(session.view, width: width),
        hasNotes: session.view.showsNotes, isBig: session.view.isBig))
  }
}

/// How many rows each of the panes gets that stand one above the other.
private struct Rows {
  let shape: GridShape
  /// The grid with its ruler and the overview, and what stands beside it.
  let block: Int
  let overview: Int
  let page: Int
  let why: Int
  let history: Int
  let actors: Int
  let hex: Int
  let log: Int

  init(_ area: Area, _ needs: LayoutNeeds, hasSide: Bool, hasColumn: Bool) {
    let isTall = area.height >= 14
    // The ruler and two rows come first, then what is reported last, then three rows of workers; a fifth of the window
    // where there are more.
    let reported = needs.shows(.log) ? 1 : 0
    var spare = max(0, area.height - 3 - reported)
    let wanted = hasSide ? 0 : min(needs.actorRows, max(3, area.height / 5))
    var actors = min(wanted, spare)
    spare -= actors
    let isCrowded = area.height < 15 || actors > 0 && needs.captionRows > 0 && area.height < 24
    // Sentences have up to 130 characters.
    var sentence = needs.layer == .library || area.height < 10 ? 0 : area.width < 100 && !isCrowded ? 2 : 1
    // Without a pane beside the grid the page's facts stand above the sentence; the line of the whole file comes first.
    let facts = needs.shows(.page) && !hasSide && spare > 1 ? 1 : 0
    sentence = min(sentence, max(0, spare - facts - 1))
    spare -= facts + sentence
    // No row stays empty for a sentence while workers lack it.
    if !needs.hasSentence, !hasSide {
      let given = min(sentence, needs.actorRows - actors)
      (actors, sentence) = (actors + given, sentence - given)
    }
    page = facts > 0 ? facts + sentence : 0
    why = facts > 0 ? 0 : sentence
    self.actors = actors
    // Its head and empty rows are the first to go.
    let heads = min(isTall ? 2 : 1, spare - 1)
    let leastLog = needs.startLogRows == 0 ? 0 : reported * (1 + max(0, heads))
    let leastHex =
      needs.shows(.bytes) && !needs.isStart && area.width >= Layout.leastForBytes.width && area.height >= 14 ? 3 : 0
    let room = area.height - 1 - page - why - actors
    let gridWidth = area.width - (hasSide && !hasColumn ? 32 : 0)

    // A file that fits is shown whole, though less stays for its bytes.
    let most = [leastHex, min(2, leastHex), 0].map { room - leastLog - $0 }
    let whole = most.lazy.map { GridShape(width: gridWidth, rows: $0, needs) }.first { $0.pages >= needs.pages }
    var free: Int
    if let whole, needs.pages > 0 {
      (shape, overview) = (whole.cut(to: needs.pages), 0)
      free = room - shape.height
    } else {
      // Of a larger one half the window is enough, where bytes and log have use for the other; a hall looks at pages.
      let usualLog = leastLog > 0 ? max(leastLog, needs.startLogRows.map { min($0, room / 2) } ?? room / 4) : 0
      let rows = leastHex > 0 && !needs.isBig ? room / 2 : room - usualLog
      overview = rows > 2 && needs.pages > 0 ? 1 : 0
      shape = GridShape(width: gridWidth, rows: rows - overview, needs)
      // Cells of two rows may leave one.
      free = room - shape.height - overview
    }
    // The pane beside the grid has facts of ten lines, or of five and up to seven of workers.
    let facing = max(9, 4 + min(needs.actorRows + 1, 7))
    let lacking = hasSide && !hasColumn ? min(facing, room - leastLog - leastHex) - shape.height - overview : 0
    let blank = min(max(0, lacking), max(0, free - leastLog))
    block = 1 + shape.height + overview + blank
    free -= blank
    // A graph each where as many rows as they take, twice, stay for bytes and log; else one row for all.
    let spareRows = needs.layer == .library ? 0 : free - leastLog - leastHex
    history = spareRows >= HistoryStrip.height + 8 ? HistoryStrip.height : spareRows >= 2 ? 1 : 0
    free -= history
    hex = leastHex > 0 && free - leastLog >= 2 ? free - max(leastLog, leastLog > 0 ? free * 9 / 20 : 0) : 0
    log = leastLog > 0 ? free - hex : 0
  }
}
