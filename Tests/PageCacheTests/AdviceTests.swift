import CTestSupport
import Foundation
import PageCache
import SystemPackage
import TestSupport
import Testing

// As a function: a value that can't be copied is no result of a closure that is tried.
private func lock(_ file: FileDescriptor, _ pages: Range<Int>) throws(PageCacheError) {
  _ = try LockedPages(of: file, pages: pages)
}

@Suite("Acts on a file's pages", .enabled(if: canAsk, needsCounts))
final class AdviceTests: FolderSuite {
  private func cached(_ file: FileDescriptor, _ count: Int) -> [Int] {
    (0..<count).filter { ctest_page_state(file.rawValue, UInt($0)) & 1 != 0 }
  }

  @Test("What is evicted is gone, and its neighbours stay")
  func evict() throws {
    let file = try folder.cached(Array(0..<40), of: 100)
    defer { try? file.close() }
    let effect = try PageCache.evict(file, pages: 8..<16)
    #expect(cached(file, 100) == Array(0..<8) + Array(16..<40))
    #expect(effect.pages == 8..<16 && effect.before?.cached == 8 && effect.gone == 8 && effect.broughtIn == 0)
    let all = try PageCache.evict(file, pages: 0..<1000)
    #expect(all.pages == 0..<100 && all.gone == 32 && all.after?.cached == 0 && cached(file, 100).isEmpty)
  }

  @Test("Pages of one large folio go without those beside them")
  func divided() throws {
    let size = 8 << 20
    let file = try folder.make(size: 0)
    defer { try? file.close() }
    _ = try file.writeAll(toAbsoluteOffset: 0, [UInt8](repeating: 7, count: size))
    #expect(fsync(file.rawValue) == 0)
    let effect = try PageCache.evict(file, pages: 700..<703)
    #expect(effect.gone == 3)
    #expect(cached(file, size / 4096) == Array(0..<700) + Array(703..<size / 4096))
  }

  @Test("A dirty page stays, until it is written first")
  func dirty() throws {
    let file = try folder.cached([], of: 16)
    defer { try? file.close() }
    _ = try file.writeAll(toAbsoluteOffset: 4096, [UInt8](repeating: 8, count: 4096))
    let first = try PageCache.evict(file, pages: 0..<16)
    let after = try #require(first.after)
    #expect(after.cached == first.before?.cached || after.dirty == 0)
    let second = try PageCache.evict(file, pages: 0..<16, writesBack: true)
    #expect(second.after == Effect.Counts(cached: 0, dirty: 0, writeback: 0) && cached(file, 16).isEmpty)
    var byte: UInt8 = 0
    #expect(unsafe pread(file.rawValue, &byte, 1, 4096) == 1 && byte == 8)
  }

  @Test("A page that is mapped or locked stays, and goes afterwards")
  func held() throws {
    let file = try folder.cached(Array(0..<16), of: 16)
    defer { try? file.close() }
    do {
      let locked = try LockedPages(of: file, pages: 4..<8)
      #expect(locked.effect.pages == 4..<8)
      #expect(try PageCache.evict(file, pages: 0..<16).after?.cached == 4 && cached(file, 16) == Array(4..<8))
    }
    #expect(try PageCache.evict(file, pages: 0..<16).gone == 4)
  }

  @Test("Pages that are locked are read first, and no page behind the end is")
  func locked() throws {
    let file = try folder.cached([], of: 16)
    defer { try? file.close() }
    let locked = try LockedPages(of: file, pages: 2..<99)
    #expect(locked.effect.pages == 2..<16 && Array(cached(file, 16).suffix(14)) == Array(2..<16))
    let none = try LockedPages(of: file, pages: 16..<99)
    #expect(none.effect.pages.isEmpty)
  }

  @Test("Where no page may be locked, the limit is named")
  func limit() async throws {
    try folder.cached([], of: 16).close()
    await #expect(processExitsWith: .success) {
      let folder = try TemporaryFolder()
      let file = try folder.cached([], of: 16)
      ctest_limit_locks(8192)
      // The right to lock all is the superuser's.
      let become: @Sendable () -> Int32 = { getuid() == 0 ? ctest_become_user(65534) : 0 }
      let found: PageCacheError? = try onThread(after: become) { reason(try lock(file, 0..<16)) }
      exit(found == .lockLimit(8192) && "\(found!)".contains("8192 bytes") ? 0 : 1)
    }
  }

  @Test("Pages that are touched are read, each at the cost of a major fault or as another's neighbour")
  func touch() throws {
    let file = try folder.cached([], of: 64)
    defer { try? file.close() }
    let cold = try PageCache.touch(file, pages: 10..<12, advice: .random)
    #expect(cached(file, 64) == [10, 11] && cold.broughtIn == 2 && cold.cost.majorFaults == 2)
    if let bytes = cold.cost.bytesRead { #expect(bytes >= 8192) }
    let warm = try PageCache.touch(file, pages: 10..<12, advice: .random)
    #expect(warm.cost.majorFaults == 0 && warm.cost.minorFaults >= 1 && warm.broughtIn == 0)
    #expect(warm.cost.bytesRead ?? 0 == 0)
    let all = try PageCache.touch(file, pages: 0..<1000)
    #expect(all.pages == 0..<64 && all.after?.cached == 64 && cached(file, 64).count == 64)
  }

  @Test("A file that others cut while it is touched is an error, and not the end of the process")
  func cutMeanwhile() throws {
    let file = try folder.cached([], of: 64)
    defer { try? file.close() }
    let end = ContinuousClock.now + .milliseconds(500)
    let thread = Thread {
      while ContinuousClock.now < end { for size in [0, 64 * 4096] { _ = ftruncate(file.rawValue, off_t(size)) } }
    }
    thread.start()
    var reasons: Set<String> = []
    while ContinuousClock.now < end {
      if let why = reason(try PageCache.touch(file, pages: 0..<64)) { reasons.insert("\(why)") }
    }
    while !thread.isFinished { usleep(1000) }
    #expect(reasons.isSubset(of: ["\(PageCacheError.failed(.ioError))"]))
  }

  @Test("What is prefetched comes, and is waited for by who reads it")
  func prefetch() throws {
    let file = try folder.cached([], of: 600)
    defer { try? file.close() }
    let effect = try PageCache.prefetch(file, pages: 100..<500)
    #expect(effect.pages == 100..<500 && effect.before?.cached == 0)
    if effect.broughtIn == 0 { try skip("this file system reads nothing ahead") }
    #expect(effect.broughtIn == 400 && Set(cached(file, 600)).isSuperset(of: 100..<500))
    #expect(effect.cost.majorFaults == 0)
  }

  @Test(
    "The counts are those of each page, on other file systems too", .enabled(if: mayMount, needsMounts),
    arguments: ["ext4", "xfs", "btrfs", "tmpfs"])
  func fileSystems(name: String) throws {
    let folder = folder.path
    try onThreadWithMounts(name) {
      let disk = name == "tmpfs" ? nil : try SmallDisk(in: folder, name)
      defer { disk?.unmount() }
      if disk == nil { try mount("-t", "tmpfs", "-o", "size=16m", "tmpfs", folder.string) }
      let count = 600
      let path = (disk?.path ?? folder).appending("a")
      let file = try FileDescriptor.open(path, .readWrite, options: .create, permissions: .ownerReadWrite)
      defer { try? file.close() }
      _ = try file.writeAll(toAbsoluteOffset: 0, [UInt8](repeating: 7, count: count * 4096))
      #expect(fsync(file.rawValue) == 0)
      func cached() -> [Int] { (0..<count).filter { ctest_page_state(file.rawValue, UInt($0)) & 1 != 0 } }
      let all = try PageCache.evict(file, pages: 0..<count)
      #expect(all.before?.cached == count && all.after?.cached == cached().count && all.gone == count - cached().count)
      #expect(cached().count == (disk == nil ? count : 0))
      for pages in [10..<12, 500..<501] {
        let before = cached().filter(pages.contains).count
        let effect = try PageCache.touch(file, pages: pages, advice: .random)
        #expect(effect.before?.cached == before && effect.after?.cached == pages.count)
        #expect(Set(cached()).isSuperset(of: pages))
      }
      let locked = try LockedPages(of: file, pages: 100..<104)
      let kept = try PageCache.evict(file, pages: 0..<count)
      #expect(kept.after?.cached == cached().count && Set(cached()).isSuperset(of: locked.effect.pages))
    }
  }

  @Test("What can't be done says why")
  func errors() throws {
    let file = try folder.cached([], of: 4)
    defer { try? file.close() }
    let (reading, writing) = try FileDescriptor.pipe()
    defer { for end in [reading, writing] { try? end.close() } }
    #expect(reason(try PageCache.evict(reading, pages: 0..<4)) == .notRegular)
    #expect(reason(try PageCache.touch(reading, pages: 0..<4)) == .notRegular)
    let writeOnly = try FileDescriptor.open(folder.file("a"), .writeOnly)
    defer { try? writeOnly.close() }
    #expect(reason(try PageCache.touch(writeOnly, pages: 0..<4)) == .notOpenForReading)
    #expect(reason(try PageCache.prefetch(writeOnly, pages: 0..<4)) == .notOpenForReading)
    #expect(reason(try PageCache.advise(reading, .random)) == .failed(.illegalSeek))
    let nothing = try PageCache.touch(file, pages: 4..<9)
    #expect(nothing.pages.isEmpty && nothing.cost == .none && nothing.broughtIn == 0)
  }

  @Test("What two effects make together is the sum, and unknown where one is")
  func sums() {
    let one = Effect(
      pages: 0..<4, before: .init(cached: 4, dirty: 1, writeback: 0), after: .init(cached: 1, dirty: 1, writeback: 0),
      cost: Cost(time: .seconds(1), minorFaults: 1, majorFaults: 2, bytesRead: 4096))
    let two = Effect(
      pages: 4..<8, before: .init(cached: 2, dirty: nil, writeback: nil), after: nil,
      cost: Cost(time: .seconds(2), minorFaults: 3, majorFaults: 0, bytesRead: nil))
    let sum = one + two
    #expect(sum.pages == 0..<8 && sum.before == .init(cached: 6, dirty: nil, writeback: nil) && sum.after == nil)
    #expect(sum.cost == Cost(time: .seconds(3), minorFaults: 4, majorFaults: 2, bytesRead: nil))
    #expect(sum.gone == nil && one.gone == 3 && one.broughtIn == 0)
  }
}
