import Inspector
import RangedMmap
import TerminalCanvas

/// What the screen shows beside the session: the part of the file in view, the prompt, what lies over the panes.
struct Interface {
  var firstPage = 0
  /// What lies over the panes, the uppermost last.
  var layers: [any ScreenLayer] = []
  /// What can be begun with, until a file is open; `nil` where a script or a lesson opens one.
  var start: StartMenu?
  /// Where a selection began that follows the cursor, or `nil`.
  var anchor: Int?
  var replay: Replay.Status?
  var throughput = Throughput()
  /// What the library says of each cell in view; `nil` while no file is open.
  var cells: LibraryCells?
  var totals = PageCounts()
  /// Which pages of the cells were stored to; `nil` where that is not watched.
  var stored: StoredCells?
  /// The same of the whole file, where not all is in view.
  var overview: LibraryCells?
  private var groups: PageGroups?
  private var wholeGroups: PageGroups?
  /// What the kernel said of the pages in view; `nil` while it is not known yet.
  var kernel: KernelSample?
  var sampleTime: WallTime?
  /// The time between samples, while their cost makes it longer than it should be; else `nil`.
  var delay: Duration?
  var focus = Focus.grid
  /// The past moment that is on the screen; `nil` for now.
  var past: PastView?
  private(set) var byteRows = ByteRows()
  /// The first row of the page's bytes that is in view, and for how many there is room.
  private(set) var firstByteRow = 0
  private(set) var byteRoom = 0
  /// The bytes of the page under the cursor, as far as they may be read.
  private(set) var pageBytes: PageBytes?
  private(set) var presence = Presence.readable
  /// Whether times of day are shown; a frame that is kept for comparison has none.
  var showsTimes = false
  var glyphs = Glyphs.unicode
}

extension Interface {
  var prompt: Prompt? {
    get { layer() }
    set { put(newValue) }
  }

  var overlay: Overlay? {
    get { layer() }
    set { put(newValue) }
  }

  /// Whether the question is open what is to become of pages that are not durable.
  var isAskingToQuit: Bool {
    get { layers.contains { $0 is QuitQuestion } }
    set { put(newValue ? QuitQuestion() : nil) }
  }

  private func layer<Layer: ScreenLayer>() -> Layer? { layers.lazy.compactMap { $0 as? Layer }.last }

  // One of each kind; what is there already keeps its place.
  private mutating func put<Layer: ScreenLayer>(_ layer: Layer?) {
    let place = layers.firstIndex { $0 is Layer }
    switch (place, layer) {
    case (let place?, let layer?): layers[place] = layer
    case (let place?, nil): layers.remove(at: place)
    case (nil, let layer?): layers.append(layer)
    case (nil, nil): break
    }
  }
}

extension Interface {
  /// Brings the cursor into view, scrolling as little as may be, and what is drawn of the states up to date.
  ///
  /// It costs what has changed since the last time; see `PageGroups`.
  mutating func update(_ session: Session, _ layout: Layout) {
    guard let file = session.file else {
      (cells, stored, overview, groups, wholeGroups) = (nil, nil, nil, nil, nil)
      return
    }
    let (shape, count) = (layout.shape, file.states.count)
    firstPage = shape.firstPage(from: firstPage, showing: min(presentCursor(session), count - 1), of: count)
    let window = shape.window(from: firstPage, of: count)
    totals = Self.renew(&groups, &cells, file, window, each: shape.pagesPerCell)
    stored = cells.flatMap { StoredCells(session, $0, of: count) }
    if layout.overview != nil {
      let each = OverviewBar.pagesPerCell(shape, of: count)
      _ = Self.renew(&wholeGroups, &overview, file, 0..<count, each: each)
    } else {
      (overview, wholeGroups) = (nil, nil)
    }
    // The arrows must not move a cursor that is out of sight.
    if layout.hex == nil { focus = .grid }
  }

  /// Whether the byte under the cursor is marked: a cursor that was moved stays in sight when the focus has gone.
  func showsByteCursor(_ view: ViewState) -> Bool { focus == .bytes || view.byteCursor > 0 }

  /// Where the cursor stands, or stood when the past was entered: what is kept meanwhile is of the same part of the file.
  private func presentCursor(_ session: Session) -> Int { past?.presentCursor ?? session.view.cursor }

  private static func renew(
    _ groups: inout PageGroups?, _ cells: inout LibraryCells?, _ file: MmapFile, _ pages: Range<Int>, each: Int
  ) -> PageCounts {
    // Let go of, so that the counts are changed in place.
    cells = nil
    defer { cells = groups.map { LibraryCells($0) } }
    if groups?.pages != pages || groups?.pagesPerGroup != each || groups?.isOf(file.states) != true {
      groups = PageGroups(of: file.states, pages: pages, each: each)
    }
    return groups?.update() ?? PageCounts()
  }

  // Scrolls the page's bytes, as little as may be, until the byte under the cursor is in view.
  private mutating func scrollBytes(_ view: ViewState, _ hex: Area) {
    let showsCursor = showsByteCursor(view)
    byteRoom = HexView.rows(hex, showsCursor: showsCursor)
    let bytes = pageBytes?.page == view.cursor ? pageBytes?.bytes ?? [] : []
    byteRows = ByteRows(
      bytes, bytesPerRow: HexView.bytesPerRow(hex.width), cursor: showsCursor ? view.byteCursor : nil)
    let row = byteRows.index(ofByte: view.byteCursor)
    firstByteRow = min(max(firstByteRow, row - byteRoom + 1), row)
    // No more empty rows below the page's last byte than must be.
    firstByteRow = max(0, min(firstByteRow, byteRows.starts.count - byteRoom))
  }

  mutating func forgetBytes() { pageBytes = nil }

  /// Reads the bytes that the hex pane shows, if they may have changed, and if that brings no page into memory or is
  /// what a person asked for by going there.
  mutating func readBytes(_ session: Session, _ layout: Layout, isForced: Bool = false) {
    // No bytes are kept.
    guard let hex = layout.hex, past == nil else {
      (pageBytes, byteRoom) = (nil, 0)
      return
    }
    defer { scrollBytes(session.view, hex) }
    presence = focus == .bytes ? .readable : session.presence(ofPage: session.view.cursor)
    guard presence == .readable else {
      pageBytes = nil
      return
    }
    let isNextReadable = session.presence(ofPage: session.view.cursor + 1) == .readable
    PageBytes.update(&pageBytes, session, readsOn: isNextReadable, isForced: isForced)
  }

  /// How long the loop may sleep where nothing moves: until the bytes that are shown must be read again; `nil` for ever.
  var restTime: Duration? { pageBytes?.timeLeft() }

  /// The next query to the kernel, for what the screen shows.
  func kernelRequest(_ session: Session, _ layout: Layout) -> KernelRequest? {
    guard let file = session.file, let sampled = session.sampledFile else { return nil }
    let (shape, count) = (layout.shape, file.states.count)
    let cursor = min(presentCursor(session), count - 1)
    let mayRead = layout.hex != nil && focus == .bytes
    guard session.layer != .library else {
      // Pages that were written here are, too: what the kernel does with them by itself is reported in each layer.
      if file.isWritable {
        guard totals[.written] + totals[.flushing] > 0 else { return nil }
        return KernelRequest(
          sampled, pages: shape.window(from: firstPage, of: count), each: shape.pagesPerCell, cursor: cursor)
      }
      // Bytes that only other programs change are sampled all the same, where they are shown.
      guard layout.hex != nil else { return nil }
      return KernelRequest(sampled, pages: cursor..<cursor + 1, cursor: cursor, mayRead: mayRead)
    }
    let whole = layout.overview.map { _ in OverviewBar.pagesPerCell(shape, of: count) }
    return KernelRequest(
      sampled, pages: shape.window(from: firstPage, of: count), each: shape.pagesPerCell, cursor: cursor,
      wholeEach: whole, mayRead: mayRead)
  }

  /// Takes all that the layout shows now, for a frame that must show the state after the command before it.
  mutating func sample(_ session: Session, _ layout: Layout, readsForced: Bool = false) {
    update(session, layout)
    // What was written here is watched in the library's layer, and not shown there.
    let isShown = session.layer != .library || session.file?.isWritable == false
    if isShown, let request = kernelRequest(session, layout) {
      var probe = KernelProbe()
      // Changes can be seen only over time.
      let marks = kernel?.marks ?? [:]
      (kernel, sampleTime) = (probe.sample(request), .now)
      kernel?.marks = marks
      if let totals = kernel?.totals { session.take(totals) }
    }
    readBytes(session, layout, isForced: readsForced)
  }
}
