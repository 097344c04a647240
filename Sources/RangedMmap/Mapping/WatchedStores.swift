import CLinux
import Synchronization
import SystemPackage

/// Which pages of a mapping were stored to, if that is watched; see ``StoreWatch``.
final class WatchedStores: Sendable {
  private struct Watch {
    var handle: clinux_stores
    /// Bytes of whole pages that were stored to past the mapping, or that a failed sync had taken.
    var noted = RangeSet<Int>()
  }

  private let address: UInt
  private let count: Int
  private let unit: Int
  private let state = Atomic(false)
  private let watch = Monitor<Watch?>(nil)

  /// For the mapping that begins at an address, in whole pages of `unit` bytes; nothing is watched yet.
  init(at address: UInt, count: Int, unit: Int) { (self.address, self.count, self.unit) = (address, count, unit) }

  /// One load, which is all that a write by system call, a sync and a repair pay when nothing is watched.
  var isOn: Bool { state.load(ordering: .acquiring) }

  /// Begins, with no page stored to; the failed step and its errno otherwise.
  func begin() -> (step: Step, errno: Errno)? {
    watch.withLock { watch in
      guard watch == nil else { return (.already, .alreadyInProcess) }
      var handle = clinux_stores(faults: -1, pages: -1)
      var step = CLINUX_STORES_USERFAULTFD
      // SAFETY: fills what it is given.
      var code = unsafe clinux_stores_open(&handle, &step)
      guard code == 0 else { return (Step(step), Errno(rawValue: code)) }
      code = cover(0..<count, handle)
      if code == 0 { code = find(in: 0..<unit, handle, makesClean: false).code }
      guard code == 0 else {
        // SAFETY: closed once: nothing else has it.
        unsafe clinux_stores_close(&handle)
        return (.cover, Errno(rawValue: code))
      }
      watch = Watch(handle: handle)
      state.store(true, ordering: .releasing)
      return nil
    }
  }

  func end() {
    watch.withLock { watch in
      state.store(false, ordering: .releasing)
      // SAFETY: closed once: nothing has it afterwards.
      if var handle = watch?.handle { unsafe clinux_stores_close(&handle) }
      watch = nil
    }
  }

  /// The stored bytes in some others, in whole pages and ascending runs; if it makes clean, none of them is stored then.
  func find(in bytes: Range<Int>, makesClean: Bool) throws(Errno) -> [Range<Int>] {
    let whole = whole(bytes)
    guard !whole.isEmpty else { return [] }
    return try watch.withLock { watch throws(Errno) in
      guard let current = watch else { return [] }
      var (found, code) = find(in: whole, current.handle, makesClean: makesClean)
      guard code == 0 else {
        // What was made clean before the failure stays stored.
        if makesClean { watch?.noted.formUnion(found) }
        throw Errno(rawValue: code)
      }
      found.formUnion(current.noted.intersection(RangeSet(whole)))
      if makesClean { watch?.noted.remove(contentsOf: whole) }
      return Array(found.ranges)
    }
  }

  /// Counts bytes as stored that the kernel does not.
  func note(_ stored: [Range<Int>]) {
    watch.withLock { watch in for bytes in stored { watch?.noted.insert(contentsOf: whole(bytes)) } }
  }

  /// Whether some of these bytes count as stored for that alone.
  func hasNotes(in bytes: Range<Int>) -> Bool {
    let whole = RangeSet(whole(bytes))
    return watch.withLock { watch in watch.map { !$0.noted.intersection(whole).isEmpty } ?? false }
  }

  /// Watches memory that was mapped again; what else was stored to there stays so.
  func cover(_ bytes: Range<Int>) {
    let whole = whole(bytes)
    watch.withLock { watch in
      guard let handle = watch?.handle else { return }
      watch?.noted.formUnion(find(in: whole, handle, makesClean: true).found)
      // If it can't be watched, what is stored next must not be missed.
      if cover(whole, handle) != 0 { watch?.noted.insert(contentsOf: whole) }
    }
  }

  /// Watches whole pages whose memory has gone with its bytes: none of them is stored.
  ///
  /// A page of the system that is larger stays as it is, if others lie in it.
  func forget(_ bytes: Range<Int>) {
    let first = (bytes.lowerBound + unit - 1) / unit * unit
    let whole = first..<max(first, bytes.upperBound / unit * unit)
    guard !whole.isEmpty else { return }
    watch.withLock { watch in
      guard let handle = watch?.handle else { return }
      let isWatched = cover(whole, handle) == 0
      if isWatched { watch?.noted.remove(contentsOf: whole) } else { watch?.noted.insert(contentsOf: whole) }
    }
  }

  private func whole(_ bytes: Range<Int>) -> Range<Int> {
    bytes.isEmpty ? 0..<0 : Alignment.outward(bytes, unit: unit).clamped(to: 0..<count)
  }

  private func cover(_ whole: Range<Int>, _ handle: clinux_stores) -> Int32 {
    var handle = handle
    let first = UInt64(address) + UInt64(whole.lowerBound)
    // SAFETY: reads the handle; no byte of the pages changes.
    return unsafe clinux_stores_cover(&handle, first, first + UInt64(whole.count))
  }

  // Runs that are found with one call: a buffer of 3 KiB on the stack.
  private static let mostRuns = 128

  private func find(
    in whole: Range<Int>, _ handle: clinux_stores, makesClean: Bool
  ) -> (found: RangeSet<Int>, code: Int32) {
    let base = UInt64(address)
    var (found, handle) = (RangeSet<Int>(), handle)
    // SAFETY: the buffer has room for what is asked for, and is not used after the closure.
    let code = unsafe withUnsafeTemporaryAllocation(of: clinux_stored.self, capacity: Self.mostRuns) { runs -> Int32 in
      var search = unsafe clinux_stores_search(
        from: base + UInt64(whole.lowerBound), end: base + UInt64(whole.upperBound), makes_clean: makesClean,
        capacity: UInt32(Self.mostRuns), count: 0, runs: runs.baseAddress)
      while unsafe search.from < search.end {
        let code = unsafe clinux_stores_find(&handle, &search)
        guard code == 0 else { return code }
        for index in unsafe 0..<Int(search.count) {
          let run = unsafe runs[index]
          found.insert(contentsOf: Int(run.start - base)..<Int(run.end - base))
        }
      }
      return 0
    }
    return (found, code)
  }

  /// What a watch failed to get.
  enum Step {
    case already, userfaultfd, features, pagemap, cover

    fileprivate init(_ step: clinux_stores_step) {
      self =
        switch step {
        case CLINUX_STORES_USERFAULTFD: .userfaultfd
        case CLINUX_STORES_FEATURES: .features
        default: .pagemap
        }
    }
  }
}
