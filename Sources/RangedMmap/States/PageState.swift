/// What the library knows of one 4 KiB page.
///
/// It is the library's belief, from what went through it. Bytes from another program or through a raw pointer leave it
/// as it was. The raw values are fixed.
public enum PageState: UInt8, Sendable, CaseIterable {
  /// The page was not handed out since the file was opened; it may hold bytes from before.
  case free = 0
  /// The page was handed out, for the first time or for reuse, and not written since.
  case allocated = 1
  /// The page was written; its bytes may be lost in a crash.
  case written = 2
  /// Writeback was started, by a flush or a sync that has not ended; still no promise.
  case flushing = 3
  /// The page is durable: a sync after its last write succeeded, and the file still covered it.
  case flushed = 4
  /// What was written is not in the file, or can't be known to be: a sync failed, or the file was cut short or deleted.
  case lost = 5
}

extension [PageState] {
  /// The states of pages whose bytes a crash may take.
  static var unsynced: [PageState] { [.written, .flushing] }
}

/// The byte kept for a page: the state in the low three bits, the tag of the write's epoch in the five above.
///
/// A failed sync begins a new epoch (see `Durability`). Bytes that were written in an older one and had not become
/// durable read as ``PageState/lost``, so that a failure costs one store and not a walk over the file.
struct StateByte: Equatable {
  var raw: UInt8

  /// Free although it lies below the ``HighWaterMark``: it was given back.
  static let givenBack = StateByte(raw: 7)

  // Beside the public states: flushing on behalf of a sync of the whole file, which alone may promote it.
  private static let syncingCode: UInt8 = 6

  init(raw: UInt8) { self.raw = raw }
  /// A state that no failure changes.
  init(_ state: PageState) { raw = state.rawValue }
  init(_ state: PageState, epoch: Epoch) { raw = state.rawValue | epoch.tag << 3 }
  static func syncing(epoch: Epoch) -> StateByte { StateByte(raw: syncingCode | epoch.tag << 3) }

  /// The state, where an epoch's tag is the current one.
  func state(tag: UInt8) -> PageState {
    switch raw & 7 {
    case PageState.written.rawValue: return raw >> 3 == tag ? .written : .lost
    case PageState.flushing.rawValue, Self.syncingCode: return raw >> 3 == tag ? .flushing : .lost
    case Self.givenBack.raw: return .free
    case let code: return PageState(rawValue: code) ?? .lost
    }
  }

  /// Whether it reads as *lost* in all epochs but one.
  var hasEpoch: Bool {
    switch raw & 7 {
    case PageState.written.rawValue, PageState.flushing.rawValue, Self.syncingCode: true
    default: false
    }
  }
}

/// The time between two failed syncs of a file.
///
/// It counts to 2^32, which takes hours of nothing but failures: no receipt is held for that long. Then it starts over.
struct Epoch: Equatable, Sendable {
  let number: UInt32

  /// No time at all: a receipt of it is refused.
  static let none = Epoch(number: 0)
  /// Before any sync has failed.
  static let first = Epoch(number: 1)

  var isFirst: Bool { number == 1 }
  var next: Epoch { Epoch(number: number == .max ? 2 : number + 1) }

  /// What a page's byte has of it: the first epoch has 0 for itself, the others take turns.
  var tag: UInt8 { isFirst ? 0 : UInt8(1 + (number - 2) % 31) }
  /// Whether it is the first to use the tags from 1 on, or to use them again.
  var startsTags: Bool { tag == 1 }
}
