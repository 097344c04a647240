import Inspector
import RangedMmap

/// The bytes of the page under the cursor, read when something may have changed them and not for every frame.
struct PageBytes {
  /// If any of it has changed, the page must be read again at once.
  private struct Occasion {
    // Weak: the screen keeps no file open. A reference, not an address, which another file could get.
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

  /// For how long a frame may show what was read before: below what a person notices as late.
  static let time = Duration.milliseconds(100)

  let page: Int
  /// Its bytes, fewer where the file ends within it.
  let bytes: ArraySlice<UInt8>
  /// The file's size, if it now ends within the page or before it.
  let cutSize: Int?
  /// The same, and 7 bytes of the next page for a number at the end of this one, if they may be read.
  let bytesAndMore: [UInt8]
  let failure: String?
  /// Whether a later frame has shown them: something may have changed meanwhile.
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
      let found = try file.presentBytes(start..<end + (occasion.readsOn ? 7 : 0))
      bytesAndMore = found.bytes
      cutSize = found.missing.clamped(to: start..<end).isEmpty ? nil : found.end
      failure = nil
    } catch { (bytesAndMore, cutSize, failure) = ([], nil, error.description) }
    bytes = bytesAndMore.prefix(Alignment.page)
  }

  /// Until they must be read again; `nil` where no frame shows bytes that may have changed.
  func timeLeft(at time: ContinuousClock.Instant = .now) -> Duration? {
    isOld ? max(.zero, readAt + Self.time - time) : nil
  }

  /// Reads the page under the cursor again if `held` is of another page, too old to show, or forced.
  ///
  /// `readsOn` permits reading the next page too.
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
