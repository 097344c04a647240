/// What the library knows of one 4 KiB page.
///
/// It is the library's belief, from what went through it. Bytes that came another way, from another program or
/// through a raw pointer, leave it as it was. The raw values are fixed.
public enum PageState: UInt8, Sendable, CaseIterable {
  /// Nobody was given the page since the file was opened; it may hold bytes from before.
  case free = 0
  /// The page was handed out, for the first time or to be used anew, and not written since.
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

/// The byte kept for a page: the state in the low three bits, the era of the write in the five above.
///
/// A failed sync starts a new era (see `Durability`). Bytes that were written in an older one and had not become
/// durable read as ``PageState/lost``, so that a failure costs one store and not a walk over the file.
struct StateByte: Equatable {
  var raw: UInt8

  /// Free although it lies below the ``Frontier``: it was given back.
  static let givenBack = StateByte(raw: 7)

  // Beside the public states: flushing on behalf of a sync of the whole file, which alone may promote it.
  private static let syncingCode: UInt8 = 6

  init(raw: UInt8) { self.raw = raw }
  init(_ state: PageState, era: UInt8 = 0) { raw = state.rawValue | era << 3 }
  static func syncing(era: UInt8) -> StateByte { StateByte(raw: syncingCode | era << 3) }

  func state(in currentEra: UInt8) -> PageState {
    switch raw & 7 {
    case PageState.written.rawValue: return isCurrent(in: currentEra) ? .written : .lost
    case PageState.flushing.rawValue, Self.syncingCode: return isCurrent(in: currentEra) ? .flushing : .lost
    case Self.givenBack.raw: return .free
    case let code: return PageState(rawValue: code) ?? .lost
    }
  }

  // In the last era nothing is current: eras must not wrap, so that one stays poisoned.
  private func isCurrent(in currentEra: UInt8) -> Bool { raw >> 3 == currentEra && currentEra < Era.last }
}

/// Counts the failed syncs of a file, up to a last era in which no sync succeeds any more.
enum Era {
  static let last: UInt8 = 31
}
