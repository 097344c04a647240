import CTestSupport
import Foundation
import RangedMmap
import SystemPackage
import TestSupport
import Testing

/// A file that a child of fork can let go of.
private final class Holder {
  var file: MmapFile?
  let path: FilePath
  init(_ file: MmapFile, _ path: FilePath) { (self.file, self.path) = (file, path) }
}

/// Runs `body` in a child of fork with an object, and gives its exit status.
private func inChild(_ holder: Holder, _ body: @convention(c) (UnsafeMutableRawPointer?) -> Int32) -> Int32 {
  // SAFETY: the object is kept by the caller for the length of the call.
  unsafe ctest_in_child(body, Unmanaged.passUnretained(holder).toOpaque())
}

private func holder(_ context: UnsafeMutableRawPointer?) -> Holder {
  guard let context = unsafe context else { preconditionFailure("there is a context") }
  // SAFETY: see `inChild`.
  return unsafe Unmanaged<Holder>.fromOpaque(context).takeUnretainedValue()
}

@Suite("What a process has, and its children with it")
struct ProcessTests {
  private static func isLocked(_ path: FilePath) -> Bool {
    do throws(MmapFileError) {
      _ = try MmapFile.open(at: path)
      return false
    } catch { return error.code == .locked }
  }

  @Test("A child of fork that lets go of a file leaves its parent the lock, and has its own for its own files")
  func childLetsGo() async {
    await #expect(processExitsWith: .success) {
      let folder = try TemporaryFolder()
      let held = Holder(try MmapFile.create(at: folder.file("a"), size: 4096).file, folder.file("a"))
      let code = unsafe inChild(held) { context in
        let held = unsafe holder(context)
        held.file = nil
        guard ProcessTests.isLocked(held.path) else { return 1 }
        // What it opened itself it gives back.
        let own = held.path.removingLastComponent().appending("b")
        guard (try? MmapFile.create(at: own, size: 4096)) != nil, !ProcessTests.isLocked(own) else { return 2 }
        return 0
      }
      guard code == 0, ProcessTests.isLocked(folder.file("a")) else { exit(code == 0 ? 3 : code) }
      held.file = nil
      exit(ProcessTests.isLocked(folder.file("a")) ? 4 : 0)
    }
  }

  // MARK: A limit on the size of files

  /// Lets the signal of that limit do what it does: threads of queues have it blocked.
  private static func awaitSignal() {
    signal(SIGXFSZ, SIG_DFL)
    var set = sigset_t()
    unsafe sigemptyset(&set)
    unsafe sigaddset(&set, SIGXFSZ)
    unsafe pthread_sigmask(SIG_UNBLOCK, &set, nil)
  }

  @Test("A file past the limit on sizes is an error, whenever the limit is set, and leaves nothing")
  func limitWhileCreating() async {
    await #expect(processExitsWith: .success) {
      let folder = try TemporaryFolder()
      ProcessTests.awaitSignal()
      for storage in [Storage.preallocated, .sparse] {
        ctest_limit_file_size(1 << 20)
        do throws(MmapFileError) {
          _ = try MmapFile.create(at: folder.file("a"), size: 2 << 20, storage: storage)
          exit(1)
        } catch { if error.code != .invalidSize || !folder.names.isEmpty { exit(2) } }
      }
      // Also between the question and the call.
      let isOver = Locked(false)
      Thread.detachNewThread {
        while !isOver.withLock({ $0 }) { for size in [1 << 20, UInt.max] { ctest_limit_file_size(size) } }
      }
      var (made, refused) = (0, 0)
      let end = ContinuousClock.now + .seconds(20)
      while made < 200 || refused < 200, ContinuousClock.now < end {
        do throws(MmapFileError) {
          _ = try MmapFile.create(
            at: folder.file("a"), size: 2 << 20, storage: refused % 2 == 0 ? .sparse : .preallocated, replacing: true)
          made += 1
        } catch { if error.code == .invalidSize { refused += 1 } else { exit(3) } }
      }
      isOver.withLock { $0 = true }
      exit(made > 0 && refused > 0 && folder.names.allSatisfy { $0 == "a" } ? 0 : 4)
    }
  }

  @Test("A limit on sizes that is lowered while a file is open ends no write and no process")
  func limitWhileWriting() async {
    await #expect(processExitsWith: .success) {
      let folder = try TemporaryFolder()
      ProcessTests.awaitSignal()
      let (file, allocator) = try MmapFile.create(at: folder.file("a"), size: 8 << 20)
      ctest_limit_file_size(3 << 19)
      for size in [1 << 20, 1 << 20, 4096, 2 << 20] {
        let range = try require(take: allocator.allocate(size))
        _ = try file.sync(try file.write([UInt8](repeating: 7, count: size), to: range))
      }
      // The signal's mask is as it was, and none is left over.
      var (mask, waiting) = (sigset_t(), sigset_t())
      unsafe pthread_sigmask(SIG_BLOCK, nil, &mask)
      unsafe sigpending(&waiting)
      guard unsafe sigismember(&mask, SIGXFSZ) == 0, unsafe sigismember(&waiting, SIGXFSZ) == 0 else { exit(1) }
      exit(try folder.bytes("a").prefix(4 << 20 + 4096).allSatisfy { $0 == 7 } ? 0 : 2)
    }
  }

  @Test("A thread that has blocked the signal of that limit finds it as it was: there if it was there, and not if not")
  func blockedSignal() async {
    await #expect(processExitsWith: .success) {
      let folder = try TemporaryFolder()
      var (mask, waiting) = (sigset_t(), sigset_t())
      unsafe sigemptyset(&mask)
      unsafe sigaddset(&mask, SIGXFSZ)
      unsafe pthread_sigmask(SIG_BLOCK, &mask, nil)
      for isThere in [false, true] {
        if isThere { raise(SIGXFSZ) }
        ctest_limit_file_size(.max)
        let (file, allocator) = try MmapFile.create(at: folder.file("a"), size: 2 << 20, replacing: true)
        ctest_limit_file_size(4096)
        let range = try require(take: allocator.allocate(2 << 20))
        _ = try file.write([UInt8](repeating: 7, count: 2 << 20), to: range)
        unsafe sigpending(&waiting)
        guard (unsafe sigismember(&waiting, SIGXFSZ) == 1) == isThere else { exit(1) }
      }
      exit(0)
    }
  }
}
