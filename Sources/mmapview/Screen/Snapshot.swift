import Inspector
import RangedMmap
import TerminalCanvas

/// What a frame shows, taken at one moment: views draw from it, and write nothing back.
///
/// Only states of pages and counters of workers are read while they are drawn, as threads change them.
struct Snapshot {
  let width: Int
  let height: Int
  /// `nil` in a window that is too small for any pane.
  let layout: Layout?
  let file: MmapFile?
  let sampledFile: SampledFile?
  let fileName: FilePath?
  let isNameless: Bool
  let otherSize: Int?
  let view: ViewState
  let layer: Layer
  let log: [Event]
  let job: Job?
  let workers: WorkerPool
  let range: RangeSummary?
  /// Since when the page at the cursor has been dirty, where that is shown.
  let dirtiness: Dirtiness?
  /// The faults that are watched, where what is now is shown.
  let faults: ShownFaults?
  /// Whether the page at the cursor was stored to, in words, and how many of the file were against those that are dirty;
  /// `nil` where stores are not watched.
  let storesFact: String?
  let amplification: Amplification?
  /// What the kernel has counted in the last minute.
  let kernelHistory: KernelHistory
  let unsyncedPages: Int
  let isInLesson: Bool
  let hints: [(key: Key, name: String, help: String, rank: Int)]
  /// What Space does to a script.
  let space: ScriptKey?
  let mayTakeCaptionAway: Bool
  let interface: Interface
  let glyphs: Glyphs

  init(_ session: Session, _ interface: Interface, _ layout: Layout?, width: Int, height: Int) {
    (self.width, self.height) = (width, height)
    self.layout = layout
    file = session.file
    sampledFile = session.sampledFile
    fileName = session.fileName
    isNameless = session.isNameless
    otherSize = session.otherSize
    view = session.view
    layer = session.layer
    log = session.log
    job = session.job
    workers = session.workers
    range = session.range(ofPage: session.view.cursor)
    let datesPages = interface.showsTimes && interface.past == nil && layer != .library
    dirtiness = datesPages ? session.dirtiness(ofPage: session.view.cursor) : nil
    faults =
      interface.past == nil
      ? session.shownFaults(of: interface.cells?.pages ?? 0..<0, each: interface.cells?.pagesPerGroup ?? 1) : nil
    let now = interface.past == nil ? interface.stored : nil
    storesFact = now == nil ? nil : session.storesFact(ofPage: session.view.cursor)
    amplification = now.flatMap { Self.amplification($0, interface, session) }
    kernelHistory = session.kernelHistory
    // Counting costs a walk over all ranges, and only the question shows the result.
    unsyncedPages = interface.isAskingToQuit ? session.unsyncedPages : 0
    isInLesson = session.host.isInLesson
    space = ScriptKey(session, interface)
    mayTakeCaptionAway = session.mayTakeCaptionAway
    hints = KeyMap.hints(session, space)
    self.interface = interface.past?.substituted(in: interface, session, layout) ?? interface
    glyphs = interface.glyphs
  }
}

extension Snapshot {
  // Of the whole file, or else of what is in view. What is dirty is the kernel's word, and known in its layers alone.
  private static func amplification(
    _ stored: StoredCells, _ interface: Interface, _ session: Session
  ) -> Amplification? {
    let sample = session.layer == .library ? nil : interface.kernel
    if let total = stored.total { return session.amplification(stored: total, dirty: sample?.totals?.dirty) }
    guard let inView = stored.inView, let pages = interface.cells?.pages else { return nil }
    let dirty = sample?.pages == pages ? sample?.dirtyInView : nil
    return session.amplification(stored: inView, dirty: dirty, inView: pages)
  }
}

protocol Pane: SendableMetatype { static func draw(_ shown: Snapshot, on canvas: inout Canvas, _ area: Area) }
