import Inspector
import RangedMmap

/// What the screen shows beside the session: the part of the file in view, the prompt, what lies over the panes.
struct Interface {
  /// The page in the grid's upper left corner.
  var firstPage = 0
  /// The line that is being typed, or `nil`.
  var prompt: PromptLine?
  /// Lines that cover the panes until a key is pressed.
  var overlay: [String]?
  /// Where a selection began that follows the cursor, or `nil`.
  var anchor: Int?
  /// Whether it is asked what is to become of pages that are not durable, before the program ends.
  var isAskingToQuit = false
  /// What `w` writes: the pattern that was written last.
  var pattern = Pattern.counter
  /// How fast the workers write.
  var throughput = Throughput()
  /// What the library says of each cell in view; `nil` while no file is open.
  var cells: PageGroups?
  /// The same of the whole file, where not all is in view.
  var overview: PageGroups?
  /// What the kernel said of the pages in view; `nil` while it is not known yet.
  var kernel: KernelSample?
  /// Which glyphs may be used.
  var glyphs = Glyphs.unicode
}

extension Interface {
  /// Brings the cursor into view, scrolling as little as may be, and what is drawn of the states up to date.
  ///
  /// It costs what has changed since the last time; see `PageGroups`.
  mutating func update(_ session: Session, _ layout: Layout) {
    guard let file = session.file else {
      (cells, overview) = (nil, nil)
      return
    }
    let (shape, count) = (layout.shape, file.states.count)
    session.shownPagesPerCell = shape.pagesPerCell
    firstPage = shape.firstPage(from: firstPage, showing: session.cursor, of: count)
    let window = shape.window(from: firstPage, of: count)
    Self.renew(&cells, file, window, each: shape.pagesPerCell)
    if layout.overview != nil {
      let width = OverviewBar.width(shape)
      Self.renew(&overview, file, 0..<count, each: (count + width - 1) / width)
    } else {
      overview = nil
    }
  }

  private static func renew(_ groups: inout PageGroups?, _ file: MmapFile, _ pages: Range<Int>, each: Int) {
    if groups?.pages != pages || groups?.pagesPerGroup != each || groups?.isOf(file.states) != true {
      groups = PageGroups(of: file.states, pages: pages, each: each)
    }
    groups?.update()
  }

  /// What the kernel is to be asked about, if the screen shows it.
  func kernelRequest(_ session: Session, _ layout: Layout) -> KernelRequest? {
    guard session.layer != .library, let file = session.file, let sampled = session.sampledFile else { return nil }
    return KernelRequest(
      sampled, pages: layout.shape.window(from: firstPage, of: file.states.count), each: layout.shape.pagesPerCell,
      cursor: session.cursor)
  }

  /// Asks the kernel now, for a frame that must show what is so after the command before it.
  mutating func askKernel(_ session: Session, _ layout: Layout) {
    guard let request = kernelRequest(session, layout) else { return }
    var probe = KernelProbe()
    // What has changed only one who has watched can tell.
    let marks = kernel?.marks ?? [:]
    kernel = probe.look(at: request)
    kernel?.marks = marks
  }
}

/// Bytes a second, measured over at least a second.
struct Throughput {
  private(set) var bytesPerSecond: Double?
  private var last: (bytes: Int, time: ContinuousClock.Instant)?

  mutating func measure(_ bytes: Int, isRunning: Bool, at time: ContinuousClock.Instant = .now) {
    guard isRunning else {
      self = Throughput()
      return
    }
    guard let last else {
      self.last = (bytes, time)
      return
    }
    let elapsed = time - last.time
    guard elapsed >= .seconds(1) else { return }
    bytesPerSecond = Double(bytes - last.bytes) / (elapsed / .seconds(1))
    self.last = (bytes, time)
  }
}
