import CTestSupport
import Foundation
import PageCache
import RangedMmap
import SystemPackage
import TestSupport
import Testing

/// Whether the kernel counts the pages of our own files, on a disk.
let canAsk: Bool = {
  guard let folder = try? TemporaryFolder(), let made = try? MmapFile.create(at: folder.file("a"), size: 4096),
    made.file.isDurable
  else { return false }
  return (try? PageCache.counts(of: made.file.descriptor, bytes: 0..<4096)) != nil
}()

/// What a test that needs the kernel's counts says where it does not report.
let needsCounts: Comment = "needs a file on a disk, whose pages the kernel counts (cachestat(2))"

extension TemporaryFolder {
  /// A new file in the folder, open for reading and writing.
  func make(_ name: String = "a", size: Int) throws -> FileDescriptor {
    let file = try FileDescriptor.open(
      self.file(name), .readWrite, options: [.create, .closeOnExec],
      permissions: [.ownerReadWrite, .groupRead, .otherRead])
    try file.resize(to: Int64(size))
    return file
  }

  /// A sparse file with some pages written, of which none is synced.
  func scattered(_ size: Int, _ pages: [Int], _ name: String = "a") throws -> FileDescriptor {
    let file = try make(name, size: size)
    let bytes = [UInt8](repeating: 7, count: 4096)
    for page in pages { _ = try file.writeAll(toAbsoluteOffset: Int64(page * 4096), bytes) }
    return file
  }

  /// A file on the disk of which these pages are in memory, and no others.
  func cached(_ pages: [Int], of count: Int, _ name: String = "a") throws -> FileDescriptor {
    let file = try make(name, size: 0)
    _ = try file.writeAll(toAbsoluteOffset: 0, [UInt8](repeating: 7, count: count * 4096))
    #expect(fsync(file.rawValue) == 0)
    #expect(posix_fadvise(file.rawValue, 0, 0, POSIX_FADV_DONTNEED) == 0)
    // Nothing is read ahead then.
    #expect(posix_fadvise(file.rawValue, 0, 0, POSIX_FADV_RANDOM) == 0)
    for page in pages {
      var byte: UInt8 = 0
      #expect(unsafe pread(file.rawValue, &byte, 1, off_t(page * 4096)) == 1)
    }
    let found = (0..<count).filter { ctest_page_state(file.rawValue, UInt($0)) & 1 != 0 }
    if found != pages.sorted() { try skip("this file system keeps other pages in memory than were read") }
    return file
  }
}

extension [CacheRun] {
  /// The pages that are in memory.
  var cached: [Int] { filter { $0.state.contains(.cached) }.flatMap { [Int]($0.pages) } }

  /// Whether they cover a range in order, without gaps, and neighbours differ.
  func cover(_ pages: Range<Int>) -> Bool {
    first?.pages.lowerBound == pages.lowerBound && last?.pages.upperBound == pages.upperBound
      && zip(self, dropFirst()).allSatisfy { $0.pages.upperBound == $1.pages.lowerBound && $0.state != $1.state }
  }
}

extension [Range<Int>] {
  /// The pages that are in memory.
  var cached: [Int] { flatMap { [Int]($0) } }

  /// Whether they lie in a range, in order, and no two are neighbours.
  func areRuns(in pages: Range<Int>) -> Bool {
    allSatisfy { !$0.isEmpty && $0.clamped(to: pages) == $0 }
      && zip(self, dropFirst()).allSatisfy { $0.upperBound < $1.lowerBound }
  }
}

/// The reason why something is unknown, or nil if it is known.
func reason<Value>(_ body: @autoclosure () throws(PageCacheError) -> Value) -> PageCacheError? {
  do throws(PageCacheError) {
    _ = try body()
    return nil
  } catch { return error }
}
