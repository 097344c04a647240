import Inspector
import PageCache
import RangedMmap

/// What the screen shows beside the session: the part of the file in view, the prompt, what lies over the panes.
struct Interface {
  /// The page in the grid's upper left corner.
  var firstPage = 0
  /// The line that is being typed, or `nil`.
  var prompt: PromptLine?
  /// Lines that cover the panes until a key is pressed.
  var overlay: [String]?
  /// What `w` writes: the pattern that was written last.
  var pattern = Pattern.counter
  /// How fast the workers write.
  var throughput = Throughput()
  /// What the kernel said of the pages in view; `nil` while it is not known yet.
  var kernel: KernelSample?
  /// Which pane the arrows move in.
  var focus = Focus.grid
  /// The first row of the page's bytes that is in view, and how many are.
  private(set) var firstByteRow = 0
  private(set) var byteRows = 0
  /// The bytes of the page under the cursor, as far as they may be read.
  private(set) var pageBytes: PageBytes?
  /// Which glyphs may be used.
  var glyphs = Glyphs.unicode
}

extension Interface {
  /// Scrolls, as little as may be, until the cursor is in view.
  mutating func bringIntoView(_ session: Session, _ layout: Layout) {
    guard let file = session.file else { return }
    firstPage = layout.shape.firstPage(from: firstPage, showing: session.cursor, of: file.states.count)
    // The arrows must not move what nobody sees.
    if layout.hex == nil { focus = .grid }
    byteRows = layout.hex.map { HexView.rows(session, self, $0) } ?? 0
    let row = session.byteCursor / 16
    firstByteRow = min(max(firstByteRow, row - byteRows + 1), row)
    // No more empty rows below the page's last byte than must be.
    let pageRows = (min(Alignment.page, file.size - session.cursor * Alignment.page) + 15) / 16
    firstByteRow = max(0, min(firstByteRow, pageRows - byteRows))
  }

  /// Reads the bytes that the hex pane shows, if they may have changed, and if to read them disturbs nothing.
  mutating func readBytes(_ session: Session, _ layout: Layout, isForced: Bool = false) {
    guard layout.hex != nil, HexView.reluctance(session, self) == nil else {
      pageBytes = nil
      return
    }
    let isNextInMemory = kernel?[session.cursor + 1]?.contains(.cached) == true
    PageBytes.update(
      &pageBytes, session, readsOn: session.layer == .library || isNextInMemory, isForced: isForced)
  }

  /// For how many milliseconds the loop may sleep where nothing moves: until the bytes that are shown must be read anew,
  /// or for ever.
  var restTime: Int32 { pageBytes?.timeLeft().map { Int32(clamping: Int($0 / .milliseconds(1)) + 1) } ?? -1 }

  /// What the kernel is to be asked about, if the screen shows it.
  func kernelRequest(_ session: Session, _ layout: Layout) -> KernelRequest? {
    guard session.layer != .library, let file = session.file, let sampled = session.sampledFile else { return nil }
    return KernelRequest(
      sampled, pages: layout.window(from: firstPage, of: file.states.count), cursor: session.cursor)
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
