import Foundation
import RangedMmap
import SystemPackage
import TestSupport
import Testing

/// Disks that are full, fail, or can't be written, for real: on mounts that only the test's thread sees.
@Suite("Disks", .enabled(if: mayMount, needsMounts), .serialized)
struct DiskTests {
  @Test("A full disk is an error of create, which leaves nothing behind")
  func fullAtCreate() throws {
    let folder = try TemporaryFolder()
    try onThreadWithPrivateMounts {
      try mount("-t", "tmpfs", "-o", "size=1m", "tmpfs", folder.path.string)
      try expect(.noSpace, mentioning: "free some space") {
        _ = try MmapFile.create(at: folder.file("a"), size: 2 << 20)
      }
      #expect(folder.names.isEmpty)
      #expect(try !MmapFile.create(at: folder.file("a"), size: 4096).file.isDurable)
    }
  }

  @Test(
    "A full disk is an error of a sparse write of any size, which gives its range back for later",
    arguments: [1 << 13, 1 << 19, 1 << 20])
  func fullAtSparseWrite(size: Int) throws {
    let folder = try TemporaryFolder()
    try onThreadWithPrivateMounts {
      try mount("-t", "tmpfs", "-o", "size=3m", "tmpfs", folder.path.string)
      let (file, allocator) = try MmapFile.create(at: folder.file("a"), size: 8 << 20, storage: .sparse)
      let chunk = [UInt8](repeating: 3, count: size)
      var refused: AllocatedRange?
      var receipts = 0
      while let range = allocator.allocate(chunk.count), refused == nil {
        do {
          _ = try file.write(chunk, to: range)
          receipts += 1
        } catch let error as MmapFileError {
          #expect(error.code == .noSpace, "\(error)")
          refused = try require(take: error.takeRange())
        }
      }
      #expect((1...3 << 20 / size).contains(receipts))
      let range = try require(take: refused)
      #expect(file.states[range.pages.lowerBound] == .allocated)
      try mount("-o", "remount,size=16m", folder.path.string)
      let receipt = try file.write(chunk, to: range)
      var back = [UInt8](repeating: 0, count: chunk.count)
      try file.read(receipt, into: &back)
      #expect(back == chunk)
    }
  }

  @Test("A file system that can't be written is reported, and its files can be looked at")
  func readOnlyFileSystem() throws {
    let folder = try TemporaryFolder()
    try onThreadWithPrivateMounts {
      try mount("-t", "tmpfs", "-o", "size=1m", "tmpfs", folder.path.string)
      try folder.put("a", [1, 2, 3])
      try mount("-o", "remount,ro", folder.path.string)
      try expect(.system, mentioning: "Read-only file system") { _ = try MmapFile.open(at: folder.file("a")) }
      try expect(.system, mentioning: "Read-only file system") {
        _ = try MmapFile.create(at: folder.file("b"), size: 4096)
      }
      #expect(try MmapFile.openReadOnly(at: folder.file("a")).peek(0..<9) == [1, 2, 3])
    }
  }

  @Test(
    "A sync of btrfs, which reports its extents a little later, is no failure",
    .enabled(if: isInstalled("mkfs.btrfs"), "needs mkfs.btrfs"))
  func extentsToldLater() throws {
    let folder = try TemporaryFolder()
    try onThreadWithMounts("btrfs") {
      let (image, disk) = (folder.file("image").string, folder.path.appending("disk"))
      try run("truncate", ["-s", "256m", image])
      try run("mkfs.btrfs", ["-q", image])
      try run("mkdir", [disk.string])
      try mount("-o", "loop", image, disk.string)
      defer { try? unmount(disk) }
      let (file, allocator) = try MmapFile.create(
        at: disk.appending("a"), size: 16 << 20, allocator: ConcurrentAllocator.self)
      let page = [UInt8](repeating: 7, count: 4096)
      // More threads than processors, so that what completes extents has to wait for one.
      DispatchQueue.concurrentPerform(iterations: 16) { _ in
        for _ in 0..<150 {
          guard let range = allocator.allocate(4096) else { return }
          do { _ = try file.sync(try file.write(page, to: range)) } catch { Issue.record(error) }
        }
      }
      #expect(file.states.counts()[.flushed] == 16 * 150)
    }
  }

  /// Runs `body` with a disk of 64 MiB that holds less than 16.
  private func onFailingDisk(_ body: @escaping @Sendable (FailingDisk) throws -> Void) throws {
    let folder = try TemporaryFolder()
    try onThreadWithPrivateMounts {
      let disk = try FailingDisk(in: folder.path, room: "16m")
      defer { disk.unmount() }
      try body(disk)
    }
  }

  @Test("After a failed sync all that was written is lost, and later syncs fail until it is written again")
  func failedSyncPoisons() throws {
    try onFailingDisk { disk in
      let (file, allocator) = try MmapFile.create(at: disk.disk.appending("a"), size: 40 << 20)
      func write(_ byte: UInt8, _ count: Int) throws -> WriteReceipt {
        let range = try require(take: allocator.allocate(count))
        return try file.write([UInt8](repeating: byte, count: range.count), to: range)
      }
      let durable = try file.sync(try write(1, 1 << 20))
      let early = try write(2, 4096)
      let large = try write(3, 24 << 20)
      var returned: AllocatedRange?
      do {
        _ = try file.sync(large)
        Issue.record("24 MiB were called durable on 16")
      } catch let error as MmapFileError {
        #expect(error.code == .system || error.code == .noSpace, "\(error)")
        returned = try require(take: error.takeRange())
      }
      #expect(file.states[0] == .flushed)
      #expect(file.states[early.pages.lowerBound] == .lost)
      #expect(file.states.counts()[.flushed] == 256)
      #expect(file.states.counts()[.written] == 0)

      // The kernel has reported its error and would call these a success.
      try disk.mend()
      try expect(.lost) { try file.flush(early) }
      do {
        _ = try file.sync(early)
        Issue.record("a page was called durable whose writeback may have failed")
      } catch let error as MmapFileError {
        #expect(error.code == .lost)
        let again = try file.write([UInt8](repeating: 4, count: 4096), to: try require(take: error.takeRange()))
        _ = try file.sync(again)
      }
      let range = try require(take: returned)
      let count = range.count
      _ = try file.sync(try file.write([UInt8](repeating: 5, count: count), to: range))
      #expect(file.states.counts()[.lost] == 0)
      #expect(durable.count == 1 << 20)
    }
  }

  private func write(_ page: Int, _ range: consuming AllocatedRange, _ file: MmapFile) throws {
    let receipt = try file.write(to: range) { writer in
      // SAFETY: all of the memory is filled.
      unsafe writer.append(upTo: writer.remaining) { memory in
        unsafe fillPages(memory, page)
        return memory.count
      }
    }
    _ = try file.sync(receipt)
  }

  @Test("Of many syncs at once none succeeds with bytes that are not on the device", arguments: 0..<5)
  func concurrentFailure(round: Int) throws {
    let folder = try TemporaryFolder()
    try onThreadWithPrivateMounts {
      let disk = try DyingDisk(in: folder.path)
      defer { disk.unmount() }
      let path = disk.disk.appending("a")
      let flushed: [Int] = try {
        let (file, allocator) = try MmapFile.create(at: path, size: 32 << 20, allocator: ConcurrentAllocator.self)
        DispatchQueue.concurrentPerform(iterations: 8) { thread in
          var random = Seeded(round * 8 + thread)
          while let range = allocator.allocate(Int.random(in: 1...200_000, using: &random)) {
            let page = range.start / 4096
            if page > 2000 { try? disk.die() }
            // A range that fails is not tried again.
            try? write(page, range, file)
          }
        }
        #expect(file.states.counts()[.lost] > 0)
        #expect(file.states.counts()[.flushed] > 0)
        return (0..<file.states.count).filter { file.states[$0] == .flushed }
      }()
      // What the page cache holds is no proof.
      try disk.mountWhatIsLeft()
      let file = try MmapFile.openReadOnly(at: path)
      for page in flushed {
        let bytes = try file.peek(page * 4096..<page * 4096 + 8)
        let number = bytes.reversed().reduce(0) { $0 << 8 | Int($1) }
        #expect(number == page, "page \(page) was called flushed, and the device holds \(number)")
      }
    }
  }

  @Test("A sync of everything that fails loses all that was written, and only that")
  func failedSyncAll() throws {
    try onFailingDisk { disk in try failSyncAll(disk) }
  }

  @Test("What is written again after a failed sync and called flushed is what the device holds")
  func writtenAnew() throws {
    try onFailingDisk { disk in
      let flushed = try writeAnew(disk)
      #expect(flushed == 24 << 8)
      try disk.remount()
      let file = try MmapFile.openReadOnly(at: disk.disk.appending("a"))
      let wrong = try (0..<flushed).filter {
        try file.peek($0 * 4096..<$0 * 4096 + 8) != [UInt8](repeating: 7, count: 8)
      }
      #expect(wrong.isEmpty, "\(wrong.count) pages were called flushed, and the device has other bytes")
    }
  }

  // Until it works: a file system may need more than one try before it says that the blocks are written.
  private func writeAnew(_ disk: FailingDisk) throws -> Int {
    let (file, allocator) = try MmapFile.create(at: disk.disk.appending("a"), size: 40 << 20)
    let range = try require(take: allocator.allocate(24 << 20))
    let count = range.count
    let receipt = try file.write([UInt8](repeating: 3, count: count), to: range)
    #expect(throws: MmapFileError.self) { try file.syncAll() }
    try disk.mend()
    var again: AllocatedRange? = file.reuse(receipt)
    for _ in 0..<5 {
      let receipt = try file.write([UInt8](repeating: 7, count: count), to: try require(take: again.take()))
      do {
        _ = try file.sync(receipt)
        break
      } catch { again = error.takeRange() }
    }
    return file.states.counts()[.flushed]
  }

  private func failSyncAll(_ disk: FailingDisk) throws {
    let (file, allocator) = try MmapFile.create(at: disk.disk.appending("a"), size: 40 << 20)
    let bytes = [UInt8](repeating: 3, count: 24 << 20)
    let receipt = try file.write(bytes, to: try require(take: allocator.allocate(bytes.count)))
    let untouched = try require(take: allocator.allocate(4096)).pages.lowerBound
    #expect(throws: MmapFileError.self) { try file.syncAll() }
    #expect(file.states.counts()[.lost] == 24 << 8)
    #expect(file.states[untouched] == .allocated)
    try disk.mend()
    try expect(.lost) { try file.syncAll() }
    #expect(file.states.counts()[.lost] == 24 << 8)
    _ = try file.write(bytes, to: file.reuse(receipt))
    try file.syncAll()
    #expect(file.states.counts()[.flushed] == 24 << 8)
  }

  @Test(
    "Of two receipts that are joined the older one decides: a sync that failed in between makes the whole worth nothing"
  )
  func joinedReceipts() throws {
    try onFailingDisk { disk in
      let (file, allocator) = try MmapFile.create(at: disk.disk.appending("a"), size: 40 << 20)
      let range = try require(take: allocator.allocate(24 << 20))
      let old = try file.write(repeatElement(3, count: range.count), to: range)
      #expect(throws: MmapFileError.self) { try file.syncAll() }
      try disk.mend()
      let new = try file.write([UInt8](repeating: 4, count: 4096), to: try require(take: allocator.allocate(4096)))
      switch old.joined(with: new) {
      case .joined(let both):
        try expect(.lost) { [both = HandOver(both)] in _ = try file.sync(try require(take: both.take())) }
      case .apart: Issue.record("neighbours were not joined")
      }
    }
  }

  @Test("A full disk is an error of an update, which leaves what was there")
  func fullAtUpdate() throws {
    let folder = try TemporaryFolder()
    try onThreadWithPrivateMounts {
      try mount("-t", "tmpfs", "-o", "size=64k", "tmpfs", folder.path.string)
      let (file, allocator) = try MmapFile.create(at: folder.file("a"), size: 1 << 20, storage: .sparse)
      let first = try file.write([UInt8](repeating: 7, count: 4096), to: try require(take: allocator.allocate(4096)))
      let range = try require(take: allocator.allocate(1 << 19))
      let refused: AllocatedRange
      do throws(MmapFileError) {
        _ = try file.update(range) { editor in editor.store(repeating: 1, count: editor.count, at: 0) }
        Issue.record("more was stored than the disk has room for")
        return
      } catch {
        #expect(error.code == .noSpace)
        refused = try error.range()
      }
      #expect(try file.withBytes(of: first) { $0[4095] } == 7)
      #expect(file.states.counts()[.lost] == 0)
      try mount("-o", "remount,size=4m", folder.path.string)
      let receipt = try file.update(refused) { editor in editor.store(repeating: 2, count: editor.count, at: 0) }
      #expect(try file.withBytes(of: receipt) { bytes in bytes.indices.allSatisfy { bytes[$0] == 2 } })
    }
  }
}
