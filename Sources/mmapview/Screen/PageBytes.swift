import Inspector
import RangedMmap

/// The bytes of the page under the cursor, read when something may have changed them and not for every frame.
struct PageBytes {
  /// What tells that the page must be read anew at once.
  private struct Occasion {
    // Weak, so that the screen keeps no file open, and no other takes its place unnoticed.
    weak var file: MmapFile?
    let page: Int
    let state: PageState
    let eventCount: Int
    let readsOn: Bool

    func isSame(as other: Occasion) -> Bool {
      file != nil && file === other.file && page == other.page && state == other.state
        && eventCount == other.eventCount && readsOn == other.readsOn
    }
  }

  /// The longest time for which a frame may show what was read before.
  static let time = Duration.milliseconds(100)

  let page: Int
  /// Its bytes, fewer where the file ends within it.
  let bytes: ArraySlice<UInt8>
  /// How many bytes the file has by now, if some of the page are gone with its end.
  let cutSize: Int?
  /// The same, and the few of the next page that a number at the end of this one needs, if they may be read.
  let bytesAndMore: [UInt8]
  /// Why it could not be read.
  let failure: String?
  /// Whether a frame was drawn since, so that something may have changed.
  private(set) var isOld = false
  private let occasion: Occasion
  private let readAt: ContinuousClock.Instant

  private init(_ file: MmapFile, _ occasion: Occasion, at time: ContinuousClock.Instant) {
    self.occasion = occasion
    page = occasion.page
    readAt = time
    let start = page * Alignment.page
    let end = start + Alignment.page
    do throws(CommandError) {
      let found = try file.look(at: start..<end + (occasion.readsOn ? 7 : 0))
      bytesAndMore = found.bytes
      cutSize = found.missing.clamped(to: start..<end).isEmpty ? nil : found.end
      failure = nil
    } catch { (bytesAndMore, cutSize, failure) = ([], nil, error.description) }
    bytes = bytesAndMore.prefix(Alignment.page)
  }

  /// When they are to be read anew, if a frame shows them though they may have changed.
  func timeLeft(at time: ContinuousClock.Instant = .now) -> Duration? {
    isOld ? max(.zero, readAt + Self.time - time) : nil
  }

  /// Reads the page under the cursor if what is held is of another, or may be too old to show.
  ///
  /// - Parameters:
  ///   - held: What was read before.
  ///   - session: Whose cursor, and whose doings.
  ///   - readsOn: Whether the next page may be read, too.
  ///   - isForced: Whether only the newest will do.
  ///   - time: Now.
  static func update(
    _ held: inout PageBytes?, _ session: Session, readsOn: Bool, isForced: Bool = false,
    at time: ContinuousClock.Instant = .now
  ) {
    guard let file = session.file else {
      held = nil
      return
    }
    let occasion = Occasion(
      file: file, page: session.view.cursor, state: file.states[session.view.cursor], eventCount: session.eventCount,
      readsOn: readsOn)
    if !isForced, let known = held, known.occasion.isSame(as: occasion), time < known.readAt + Self.time {
      held?.isOld = true
    } else {
      held = PageBytes(file, occasion, at: time)
    }
  }
}
