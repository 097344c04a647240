import Inspector
import RangedMmap
import SystemPackage
import TerminalCanvas

/// What a frame shows, taken at one moment: views draw from it, and write nothing back.
///
/// The states of pages and the counters of workers are read while they are drawn, as threads go on.
struct Snapshot {
  let width: Int
  let height: Int
  /// Which pane stands where; `nil` in a window that is too small for any.
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
  /// What is known of the range of the page under the cursor.
  let range: RangeSummary?
  let unsyncedPages: Int
  let isInLesson: Bool
  /// The keys that the bottom line names.
  let hints: [(key: String, name: String, rank: Int)]
  let interface: Interface

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
    // Pages are counted only where somebody is asked about them.
    unsyncedPages = interface.isAskingToQuit ? session.unsyncedPages : 0
    isInLesson = session.host.isInLesson
    hints = KeyMap.hints(session)
    self.interface = interface
  }
}

/// A part of the frame.
protocol Pane: SendableMetatype {
  static func draw(_ shown: Snapshot, on canvas: inout Canvas, _ area: Area)
}
