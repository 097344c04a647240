import CTestSupport
import Dispatch
import Foundation
import RangedMmap
import SystemPackage
import TestSupport
import Testing

/// Which pages were stored to, page for page.
@Suite("Watched stores")
final class StoresTests: FolderSuite {
  private static let pages = 1024

  private static func made(_ path: FilePath) throws -> MmapFile {
    try MmapFile.create(at: path, size: pages * 4096).file
  }

  private static func watch(_ file: MmapFile) throws -> StoreWatch {
    do throws(MmapFileError) { return try file.watchStores() } catch {
      guard error.code == .cannotWatchStores else { throw error }
      try skip("\(error)")
    }
  }

  @Test("A page that the mapping gives up stays stored, until a sync")
  func released() throws {
    let file = try Self.made(folder.file("a"))
    let watch = try Self.watch(file)
    // SAFETY: one thread.
    let bytes = unsafe UnsafeMmapFile(sharing: file)
    // SAFETY: nothing else reads or writes these bytes.
    try unsafe bytes.writeAllBytes([7], at: 5 * 4096)
    file.releasePages(in: 0..<file.size)
    #expect(try watch.storedPages(in: 0..<file.size) == [5..<6])
    try bytes.sync(0..<file.size)
    #expect(try watch.storedPages(in: 0..<file.size).isEmpty)
  }

  /// 1,000 rounds of writes, syncs, reads and evictions by some threads; the watch is compared after each.
  private static func play(_ path: FilePath, seed: Int, threads: Int) throws {
    let file = try Self.made(path)
    let watch = try Self.watch(file)
    // SAFETY: threads share no page.
    let bytes = unsafe UnsafeMmapFile(sharing: file)
    var random = Seeded(seed)
    var stored = IndexSet()
    for round in 0..<1000 {
      let start = Int.random(in: 0..<Self.pages, using: &random)
      // Mostly a few pages; now and then so many that the library writes them by pwrite(2), or populates.
      let most = Int.random(in: 0..<8, using: &random) == 0 ? 300 : 4
      let pages = start..<min(Self.pages, start + Int.random(in: 1...most, using: &random))
      let range = pages.lowerBound * 4096..<pages.upperBound * 4096
      switch Int.random(in: 0..<12, using: &random) {
      case 0..<6:
        let failed = Locked(0)
        // Each thread stores in a part of the file of its own, a few bytes that may lie in two pages.
        let places = (0..<threads).map { thread in
          let part = Self.pages / threads
          let first = thread * part * 4096 + Int.random(in: 0..<(part - 1) * 4096, using: &random)
          return threads == 1 ? range : first..<first + Int.random(in: 1...4096, using: &random)
        }
        DispatchQueue.concurrentPerform(iterations: threads) { thread in
          let source = [UInt8](repeating: UInt8(truncatingIfNeeded: round), count: places[thread].count)
          // SAFETY: nothing else reads or writes these bytes.
          do { try unsafe bytes.writeAllBytes(source, at: places[thread].lowerBound) } catch {
            failed.withLock { $0 += 1 }
          }
        }
        #expect(failed.withLock { $0 } == 0)
        for place in places { stored.insert(integersIn: place.lowerBound / 4096..<(place.upperBound + 4095) / 4096) }
      case 6:
        try bytes.sync(range)
        stored.remove(integersIn: pages)
      case 7:
        let taken = try watch.takeStoredPages(in: range)
        #expect(Self.set(taken) == stored.intersection(IndexSet(integersIn: pages)))
        stored.remove(integersIn: pages)
      case 8:
        try bytes.flush(range)
      case 9:
        // SAFETY: nothing writes meanwhile.
        _ = try unsafe bytes.withBytes(in: range) { (span: Span<UInt8>) throws(MmapFileError) in span[0] }
      default:
        // What is written back goes from memory, also where it is mapped, and comes back with other pages.
        _ = file.withDescriptor { ctest_evict($0.rawValue, range.lowerBound, range.count) }
      }
      let found = Self.set(try watch.storedPages(in: 0..<file.size))
      guard found == stored else {
        Issue.record("round \(round), seed \(seed): stored \(stored.rangeView), and found \(found.rangeView)")
        return
      }
    }
  }

  fileprivate static func set(_ runs: [Range<Int>]) -> IndexSet {
    runs.reduce(into: IndexSet()) { $0.insert(integersIn: $1) }
  }

  @Test("Stored pages are those that were stored to, over 1,000 rounds", arguments: [1, 4])
  func exact(threads: Int) throws { try Self.play(folder.file("a"), seed: threads, threads: threads) }

  @Test("Stored pages are exact in memory", .enabled(if: mayMount, needsMounts))
  func exactInMemory() throws {
    try requireWatches()
    let folder = folder
    try onThreadWithPrivateMounts {
      try mount("-t", "tmpfs", "-o", "size=16m", "tmpfs", folder.path.string)
      for threads in [1, 3] { try Self.play(folder.file("\(threads)"), seed: 9, threads: threads) }
    }
  }

  @Test(
    "Stored pages are exact on other file systems", .enabled(if: mayMount, needsMounts),
    arguments: ["ext4", "xfs", "btrfs"])
  func exactOnDisks(fileSystem: String) throws {
    try requireWatches()
    let folder = folder
    try onThreadWithMounts(fileSystem) {
      let disk = try SmallDisk(in: folder.path, fileSystem)
      defer { disk.unmount() }
      for threads in [1, 3] { try Self.play(disk.path.appending("\(threads)"), seed: 7, threads: threads) }
    }
  }

  // On the test's own thread: another can't say that it is skipped.
  private func requireWatches() throws { _ = try Self.watch(try Self.made(folder.file("watched"))) }

  @Test("Threads that store while pages are taken lose none: each store is found by the take after it")
  func storesMeanwhile() throws {
    let file = try Self.made(folder.file("a"))
    let watch = try Self.watch(file)
    // SAFETY: threads share no page.
    let bytes = unsafe UnsafeMmapFile(sharing: file)
    let done = Locked(false)
    let found = Locked(IndexSet())
    let threads = 3
    DispatchQueue.concurrentPerform(iterations: threads + 1) { thread in
      if thread == threads {
        while !done.withLock({ $0 }) {
          for pages in (try? watch.takeStoredPages(in: 0..<file.size)) ?? [] {
            found.withLock { $0.insert(integersIn: pages) }
          }
        }
      } else {
        for page in stride(from: thread, to: Self.pages, by: threads) where page % 5 != 0 {
          // SAFETY: no other thread has the page.
          try? unsafe bytes.writeAllBytes([1], at: page * 4096)
        }
        if thread == 0 { done.withLock { $0 = true } }
      }
    }
    for pages in try watch.takeStoredPages(in: 0..<file.size) { found.withLock { $0.insert(integersIn: pages) } }
    #expect(found.withLock { $0 } == IndexSet((0..<Self.pages).filter { $0 % 5 != 0 }))
    #expect(try watch.storedPages(in: 0..<file.size).isEmpty)
  }

  @Test("A page that lost its file and got it back is watched again")
  func reattached() throws {
    let file = try Self.made(folder.file("a"))
    let watch = try Self.watch(file)
    // SAFETY: threads share no page.
    let bytes = unsafe UnsafeMmapFile(sharing: file)
    // SAFETY: nothing else reads or writes the file, here and below.
    try unsafe bytes.writeAllBytes([1], at: 0)
    try run("truncate", ["-s", "4096", folder.file("a").string])
    #expect(throws: MmapFileError.self) { try unsafe bytes.writeAllBytes([1], at: 5 * 4096) }
    try run("truncate", ["-s", "\(file.size)", folder.file("a").string])
    #expect(try watch.storedPages(in: 0..<file.size) == [0..<1])
    try unsafe bytes.writeAllBytes([UInt8](repeating: 2, count: 4096), at: 5 * 4096)
    #expect(try watch.storedPages(in: 0..<file.size) == [0..<1, 5..<6])
    try bytes.syncAll()
    #expect(try watch.storedPages(in: 0..<file.size).isEmpty)
    try unsafe bytes.writeAllBytes([3], at: 5 * 4096)
    #expect(try watch.storedPages(in: 0..<file.size) == [5..<6])
  }

  @Test("A sync that fails leaves its pages stored")
  func failedSync() throws {
    let file = try Self.made(folder.file("a"))
    let watch = try Self.watch(file)
    // SAFETY: threads share no page.
    let bytes = unsafe UnsafeMmapFile(sharing: file)
    // SAFETY: nothing else writes.
    try unsafe bytes.writeAllBytes([1], at: 3 * 4096)
    try FileManager.default.removeItem(atPath: folder.file("a").string)
    #expect(throws: MmapFileError.self) { try bytes.syncAll() }
    #expect(try watch.storedPages(in: 0..<file.size) == [3..<4])
  }

  @Test("A sync of a file that was cut leaves stored what is gone, and takes the rest")
  func cutAtSync() throws {
    let file = try Self.made(folder.file("a"))
    let watch = try Self.watch(file)
    // SAFETY: one thread.
    let bytes = unsafe UnsafeMmapFile(sharing: file)
    // SAFETY: nothing else writes.
    for page in [3, 900] { try unsafe bytes.writeAllBytes([1], at: page * 4096) }
    try run("truncate", ["-s", "40960", folder.file("a").string])
    #expect(throws: MmapFileError.self) { try bytes.syncAll() }
    #expect(try watch.storedPages(in: 0..<file.size) == [900..<901])
  }

  @Test("A file has one watch at a time, none for reading, and the next begins with no page stored")
  func oneWatch() throws {
    let file = try Self.made(folder.file("a"))
    let first = try Self.watch(file)
    try expect(.cannotWatchStores, mentioning: "watched already") { _ = try file.watchStores() }
    // SAFETY: nothing else writes.
    try unsafe UnsafeMmapFile(sharing: file).writeAllBytes([1], at: 0)
    #expect(try first.storedPages(in: 0..<file.size) == [0..<1])
    func end(_ watch: consuming StoreWatch) {}
    end(first)
    let second = try file.watchStores()
    #expect(try second.storedPages(in: 0..<file.size).isEmpty)
    let reading = try MmapFile.openReadOnly(at: folder.file("a"))
    try expect(.readOnly) { _ = try reading.watchStores() }
  }

  @Test(
    "Where the kernel or a sandbox refuses, the reason is in the error, and the file works as before",
    arguments: [(Errno.notPermitted, "sandbox"), (.noFunction, "no userfaultfd"), (.invalidArgument, "Linux 6.7")])
  func refused(errno: Errno, reason: String) throws {
    let path = folder.file("a")
    let forbid: @Sendable () -> Int32 = { ctest_forbid_userfaultfd(errno.rawValue) }
    try onThread(after: forbid) {
      let file = try MmapFile.create(at: path, size: 64 * 4096).file
      try expect(.cannotWatchStores, mentioning: reason) { _ = try file.watchStores() }
      // SAFETY: threads share no page.
      let bytes = unsafe UnsafeMmapFile(sharing: file)
      // SAFETY: nothing else writes.
      try unsafe bytes.writeAllBytes([1], at: 0)
      try bytes.syncAll()
      #expect(file.states[0] == .flushed)
    }
  }
}
