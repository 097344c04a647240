import CTestSupport
import Foundation
import RangedMmap
import Synchronization
import SystemPackage
import TestSupport
import Testing

/// Everything that threads do to one file at once.
///
/// CI runs this suite under the thread sanitizer, too.
@Suite("Many threads on one file")
struct ConcurrencyTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  @Test("Workers write, flush, sync and reuse while others read states, count, peek and sync everything")
  func everythingAtOnce() throws {
    let (file, allocator) = try MmapFile.create(
      at: folder.file("a"), size: 8 << 20, allocator: ConcurrentAllocator.self)
    let failures = Locked<[String]>([])
    let working = Atomic<Int>(4)
    DispatchQueue.concurrentPerform(iterations: 7) { thread in
      do {
        if thread < 4 {
          defer { working.subtract(1, ordering: .relaxed) }
          var random = Seeded(thread)
          while let range = allocator.allocate(Int.random(in: 1...100_000, using: &random)) {
            try work(range, file, Int.random(in: 0..<4, using: &random))
          }
        } else {
          while working.load(ordering: .relaxed) > 0 { try look(file, thread) }
        }
      } catch { failures.withLock { $0.append("\(error)") } }
    }
    #expect(failures.withLock { $0 } == [])
    try file.syncAll()
    #expect(file.states.counts()[.flushed] == 2048)
    #expect(unsafe folder.file("a").withPlatformString { unsafe ctest_check_pages($0) } == -1)
  }

  private func fill(_ writer: RangeWriter, _ start: Int) {
    // SAFETY: all of the memory is filled.
    unsafe writer.append(upTo: writer.remaining) { memory in
      unsafe fillPages(memory, start / 4096)
      return memory.count
    }
  }

  private func work(_ range: consuming AllocatedRange, _ file: MmapFile, _ choice: Int) throws {
    let start = range.start
    let receipt = try file.write(to: range) { fill($0, start) }
    switch choice {
    case 0: try file.flush(receipt)
    case 1: _ = try file.sync(receipt)
    case 2: _ = try file.write(to: file.reuse(receipt)) { fill($0, start) }
    default:
      let again = file.reuse(try file.sync(receipt))
      _ = try file.write(to: again) { fill($0, start) }
    }
  }

  private func look(_ file: MmapFile, _ thread: Int) throws {
    switch thread {
    case 4:
      let counts = file.states.counts()
      #expect(PageState.allCases.reduce(0) { $0 + counts[$1] } == file.states.count)
    case 5: try file.syncAll()
    default: _ = try file.peek(0..<65536)
    }
  }

  @Test("A range crosses to a task and a thread through a box, and only one of them gets it")
  func handOver() async throws {
    let (file, allocator) = try MmapFile.create(at: folder.file("a"), size: 64 * 4096)
    var takers = 0
    for _ in 0..<64 {
      let box = HandOver(try require(take: allocator.allocate(1)))
      takers += try await withThrowingTaskGroup(of: Int.self) { group in
        for _ in 0..<4 {
          group.addTask {
            guard let range = box.take() else { return 0 }
            let start = range.start
            _ = try file.write(to: range) { $0.append(repeating: UInt8(start / 4096), count: 4096) }
            return 1
          }
        }
        return try await group.reduce(0, +)
      }
    }
    #expect(takers == 64)
    #expect(try folder.bytes("a").enumerated().allSatisfy { Int($1) == $0 / 4096 })
  }

  // The thread sanitizer reports a look at the guard's marks that is not atomic in three of four rounds.
  @Test(
    "Three readers of a file that was cut meet each other's faults, and each gets an error for every page",
    arguments: 0..<8)
  func cutUnderReaders(round: Int) throws {
    let count = 512
    try folder.put("a", [UInt8](repeating: 1, count: count * 4096))
    let reader = try MmapFile.openReadOnly(at: folder.file("a"))
    let outside = try FileDescriptor.open(folder.file("a"), .readWrite)
    defer { try? outside.close() }
    try outside.resize(to: 0)
    let (reported, started, done) = (Locked(0), Locked(0), DispatchGroup())
    for _ in 0..<3 {
      done.enter()
      Thread.detachNewThread {
        started.withLock { $0 += 1 }
        while started.withLock({ $0 }) < 3 { sched_yield() }
        // From here on nothing but the library puts the threads in an order.
        let count = (0..<count).count { page in
          code { try reader.withBytes(in: page * 4096..<(page + 1) * 4096) { $0[0] } } == .truncated
        }
        reported.withLock { $0 += count }
        done.leave()
      }
    }
    done.wait()
    #expect(reported.withLock { $0 } == 3 * count)
  }

  @Test("Eight threads fill 1 GiB with ranges of mixed sizes, and every byte is right when read from outside")
  func stress() throws {
    // The sanitizers make this too slow to be of use.
    let size = isSanitized ? 32 << 20 : 1 << 30
    try {
      let (file, allocator) = try MmapFile.create(at: folder.file("a"), size: size, allocator: ConcurrentAllocator.self)
      let written = Atomic<Int>(0)
      DispatchQueue.concurrentPerform(iterations: 8) { thread in
        var random = Seeded(thread)
        while let range = allocator.allocate(1 << Int.random(in: 10...22, using: &random)) {
          let start = range.start
          guard let receipt = try? file.write(to: range, { fill($0, start) }) else { continue }
          written.wrappingAdd(receipt.count, ordering: .relaxed)
        }
      }
      #expect(written.load(ordering: .relaxed) == size)
      #expect(file.states.counts()[.written] == size / 4096)
      try file.syncAll()
      #expect(file.states.counts()[.flushed] == size / 4096)
    }()
    #expect(unsafe folder.file("a").withPlatformString { unsafe ctest_check_pages($0) } == -1)
  }
}

/// Whether the tests were built with a sanitizer; its runtime is in the process then.
let isSanitized: Bool = unsafe dlsym(nil, "__tsan_init") != nil

/// Fills memory with the numbers of its pages.
func fillPages(_ memory: UnsafeMutableRawBufferPointer, _ page: Int) {
  unsafe ctest_fill_pages(memory.baseAddress, UInt(memory.count), UInt(page))
}
