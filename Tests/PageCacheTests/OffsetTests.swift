import CTestSupport
import Foundation
import PageCache
import Synchronization
import SystemPackage
import TestSupport
import Testing

/// A file on tmpfs, which has no FIEMAP: holes are found by an offset there.
@Suite("Asking for extents where there is no FIEMAP")
struct OffsetTests {
  private static let pages = 64

  /// A file of which each page holds its number, and every second one is a hole from then on.
  private func numbered(_ isSparse: Bool = false) throws -> FileDescriptor {
    let file = FileDescriptor(rawValue: ctest_memory_file())
    try file.resize(to: Int64(Self.pages * 4096))
    for page in stride(from: 0, to: Self.pages, by: isSparse ? 2 : 1) {
      let bytes = [UInt8](repeating: UInt8(page), count: 4096)
      _ = try file.writeAll(toAbsoluteOffset: Int64(page * 4096), bytes)
    }
    return file
  }

  @Test("Who reads by the descriptor's offset meanwhile gets the bytes that come next")
  func concurrentReads() throws {
    let file = try numbered()
    defer { try? file.close() }
    let reads = 20_000
    var wrong = 0
    try withThreads(2, asking: file) {
      var bytes = [UInt8](repeating: 0, count: 4096)
      for read in 0..<reads {
        let page = read % Self.pages
        if page == 0 { try file.seek(offset: 0, from: .start) }
        // SAFETY: the buffer has room for what is asked for.
        let count = unsafe Glibc.read(file.rawValue, &bytes, bytes.count)
        if count != 4096 || bytes[0] != UInt8(page) { wrong += 1 }
      }
    }
    #expect(wrong == 0, "\(wrong) of \(reads) reads got other bytes")
  }

  /// Runs `body` while threads ask for the extents of a file.
  private func withThreads(_ count: Int, asking file: FileDescriptor, _ body: () throws -> Void) throws {
    let flag = Flag()
    let threads = (0..<count).map { _ in
      Thread { while !flag.isSet { _ = try? PageCache.extents(of: file, bytes: 0..<Self.pages * 4096) } }
    }
    for thread in threads { thread.start() }
    defer {
      flag.set()
      while !threads.allSatisfy(\.isFinished) { usleep(1000) }
    }
    try body()
  }

  @Test("The answer is right, whatever mode the file is open in, and the offset is where it was")
  func answer() throws {
    let file = try numbered(true)
    let link = FilePath("/proc/self/fd/\(file.rawValue)")
    let others = try [FileDescriptor.AccessMode.readOnly, .writeOnly].map { try FileDescriptor.open(link, $0) }
    defer { for file in others + [file] { try? file.close() } }
    for file in others + [file] {
      try file.seek(offset: 12345, from: .start)
      for movesOffset in [false, true] {
        let extents = try PageCache.extents(of: file, bytes: 0..<Self.pages * 4096, movesOffset: movesOffset)
        #expect(extents.map(\.bytes) == (0..<Self.pages).map { $0 * 4096..<($0 + 1) * 4096 })
        #expect(extents.map(\.kind) == (0..<Self.pages).map { $0 % 2 == 0 ? .data : .hole })
        #expect(try file.seek(offset: 0, from: .current) == 12345)
      }
    }
  }

  @Test("More pieces than are asked for at once have no gap between them")
  func manyPieces() throws {
    let file = FileDescriptor(rawValue: ctest_memory_file())
    defer { try? file.close() }
    let count = 3000
    try file.resize(to: Int64(count * 8192))
    for page in 0..<count { _ = try file.writeAll(toAbsoluteOffset: Int64(page * 8192), [1]) }
    for movesOffset in [false, true] {
      let extents = try PageCache.extents(of: file, bytes: 100..<count * 8192, movesOffset: movesOffset)
      #expect(extents.count == 2 * count && extents.first?.bytes == 100..<4096)
      #expect(zip(extents, extents.dropFirst()).allSatisfy { $0.bytes.upperBound == $1.bytes.lowerBound })
    }
  }

  @Test("The locks that this process has on the file stay, which closing any descriptor of it gives up")
  func locks() throws {
    let file = try numbered()
    // Another open file, which is in the way of the process's own lock.
    let other = try FileDescriptor.open(FilePath("/proc/self/fd/\(file.rawValue)"), .readWrite)
    defer { for file in [file, other] { try? file.close() } }
    var lock = flock()
    lock.l_type = Int16(F_WRLCK)
    lock.l_len = 4096
    // SAFETY: the calls read and fill the structure that they are given.
    #expect(unsafe fcntl(file.rawValue, F_SETLK, &lock) == 0)
    func isLocked() -> Bool {
      var found = flock()
      found.l_type = Int16(F_WRLCK)
      // SAFETY: as above. F_OFD_GETLK is 36 on every architecture.
      return unsafe fcntl(other.rawValue, 36, &found) == 0 && found.l_type != Int16(F_UNLCK)
    }
    #expect(isLocked())
    #expect(try PageCache.extents(of: file, bytes: 0..<4096).map(\.kind) == [.data])
    _ = reason(try PageCache.counts(of: file, bytes: 0..<4096))
    _ = reason(try PageCache.residency(of: file, pages: 0..<1))
    _ = reason(try PageCache.users(of: file))
    #expect(isLocked())
  }

  @Test("Who lets the offset be moved makes no event of the file, and leaves no descriptor open either way")
  func events() throws {
    let file = try numbered()
    defer { try? file.close() }
    let events = try FileEvents(of: file)
    _ = try PageCache.extents(of: file, bytes: 0..<4096, movesOffset: true)
    #expect(!events.clear())
    _ = try PageCache.extents(of: file, bytes: 0..<4096)
    let inode = try file.stat().inode
    let open = try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count { name in
      Int32(name).flatMap { try? FileDescriptor(rawValue: $0).stat() }?.inode == inode
    }
    // This one, and that of the watch.
    #expect(open == 2)
  }

  @Test("Without /proc the file can't be opened again, and the reason says so", .enabled(if: mayMount, needsMounts))
  func withoutProc() throws {
    let file = try numbered()
    defer { try? file.close() }
    let said = try onThreadWithPrivateMounts {
      try mount("-t", "tmpfs", "tmpfs", "/proc")
      return (
        reason(try PageCache.extents(of: file, bytes: 0..<4096)),
        try PageCache.extents(of: file, bytes: 0..<4096, movesOffset: true).map(\.kind),
        reason(try FileEvents(of: file))
      )
    }
    #expect(said.0 == .noProc && said.1 == [.data] && said.2 == .noProc)
  }

  @Test(
    "An open that is refused by now says so, and can let the offset be moved",
    .enabled(if: getuid() == 0, "needs root, to become another user"))
  func notPermitted() throws {
    let file = try numbered()
    defer { try? file.close() }
    #expect(fchmod(file.rawValue, 0o600) == 0)
    let said = try onThread(asUser: 61234) {
      (
        reason(try PageCache.extents(of: file, bytes: 0..<4096)),
        try PageCache.extents(of: file, bytes: 0..<4096, movesOffset: true).map(\.kind)
      )
    }
    #expect(said.0 == .notPermitted && said.1 == [.data])
  }
}

/// Whether threads are to end.
final class Flag: Sendable {
  private let value = Atomic(false)
  var isSet: Bool { value.load(ordering: .relaxed) }
  func set() { value.store(true, ordering: .relaxed) }
}
