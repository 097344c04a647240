import PageCache
import RangedMmap
import Synchronization
import SystemPackage

/// The pages of the open file that are locked in memory by this session.
final class PageLocks: Sendable {
  // Noncopyable values live in no array.
  private final class Lock: Sendable {
    let locked: LockedPages

    init(_ locked: consuming LockedPages) { self.locked = locked }
  }

  private struct Entry {
    let lock: Lock
    /// Those of its pages that are locked still.
    var pages: [Range<Int>]
  }

  private let entries = Mutex<[Entry]>([])

  /// How many locks there are.
  var lockCount: Int { entries.withLock { $0.count } }

  /// Lets go of the newest locks, down to so many.
  func removeNewest(downTo count: Int) { entries.withLock { $0.removeLast(max(0, $0.count - count)) } }

  /// How many pages are locked.
  var count: Int { pages(in: 0..<Int.max) }

  /// How many of some pages are locked.
  func pages(in range: Range<Int>) -> Int { Array(locked(among: range).ranges).pageCount }

  private func locked(among range: Range<Int>) -> RangeSet<Int> {
    entries.withLock { entries in
      entries.reduce(into: RangeSet()) { found, entry in
        for pages in entry.pages { found.insert(contentsOf: pages.clamped(to: range)) }
      }
    }
  }

  /// Reads pages and locks those that are not locked yet: a second lock would count for the limit once more.
  func lock(_ pages: Range<Int>, of file: FileDescriptor) throws(PageCacheError) -> Effect {
    let pages = pages.clamped(to: 0..<Alignment.pages(in: try PageCache.size(of: file)))
    var effect = Effect.none
    effect.pages = pages
    for part in RangeSet(pages).subtracting(locked(among: pages)).ranges {
      let lock = Lock(try LockedPages(of: file, pages: part))
      let next = lock.locked.effect
      if !next.pages.isEmpty { entries.withLock { $0.append(Entry(lock: lock, pages: [next.pages])) } }
      effect = effect + next
    }
    return effect
  }

  func unlock(_ range: Range<Int>) {
    entries.withLock { entries in
      for index in entries.indices {
        entries[index].lock.locked.unlock(range)
        entries[index].pages = entries[index].pages.flatMap { pages in
          RangeSet(pages).subtracting(RangeSet(range)).ranges.map { $0 }
        }
      }
      entries.removeAll { $0.pages.isEmpty }
    }
  }
}
