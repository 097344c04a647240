import Foundation
import RangedMmap
import SystemPackage
import TestSupport
import Testing

@Suite("Files of hugetlbfs", .enabled(if: mayMount, needsMounts), .serialized)
struct HugePagesTests {
  private static let huge = 2 << 20

  /// Mounts it in a process of its own: a fault that is not absorbed ends that.
  private static func onHugePages(
    _ body: @escaping @Sendable (FilePath, FileDescriptor) throws -> Bool
  ) throws -> Bool {
    let folder = try TemporaryFolder()
    return try onThreadWithPrivateMounts {
      try mount("-t", "hugetlbfs", "-o", "pagesize=2m", "none", folder.path.string)
      let name = folder.file("a")
      let outside = try FileDescriptor.open(name, .readWrite, options: [.create], permissions: .ownerReadWrite)
      defer { try? outside.close() }
      try outside.resize(to: Int64(4 * huge))
      return try body(name, outside)
    }
  }

  @Test("A file that is cut is an error, and huge pages that come back are those of who writes them again")
  func cut() async throws {
    let pages = try HugePages.reserve(4)
    await #expect(processExitsWith: .success) {
      let isRight = try HugePagesTests.onHugePages { name, outside in
        let (file, allocator) = try MmapFile.open(at: name)
        let bytes = [UInt8](repeating: 1, count: 8192)
        _ = try require(take: allocator.allocate(HugePagesTests.huge))
        let first = try file.write(bytes, to: try require(take: allocator.allocate(8192)))
        let second = try file.write(bytes, to: try require(take: allocator.allocate(8192)))
        try outside.resize(to: Int64(HugePagesTests.huge))
        guard code({ try file.withBytes(of: first) { $0[0] } }) == .truncated,
          code({ try file.withBytes(of: second) { $0[0] } }) == .truncated
        else { return false }
        try outside.resize(to: Int64(4 * HugePagesTests.huge))
        let again = try file.write(bytes, to: file.reuse(first))
        let isWritten = try file.withBytes(of: again) { $0[0] == 1 && $0[8191] == 1 }
        // It shares the huge page, and is gone all the same until it is written.
        guard isWritten, code({ try file.withBytes(of: second) { $0[0] } }) == .lost else { return false }
        do { _ = try file.sync(second) } catch let error as MmapFileError { return error.code == .lost }
        return false
      }
      exit(isRight ? 0 : 1)
    }
    withExtendedLifetime(pages) {}
  }

  @Test("A file that ends inside of a huge page gives all of its memory back")
  func end() async throws {
    let pages = try HugePages.reserve(4)
    await #expect(processExitsWith: .success) {
      let isRight = try HugePagesTests.onHugePages { name, _ in
        for _ in 0..<3 {
          let (file, _) = try MmapFile.create(at: name, size: 10_000, replacing: true)
          // The file itself has a whole huge page.
          if try file.size != 10_000 || Stat(name).size != HugePagesTests.huge { return false }
        }
        return try !String(contentsOfFile: "/proc/self/maps", encoding: .utf8).contains(name.string)
      }
      exit(isRight ? 0 : 1)
    }
    withExtendedLifetime(pages) {}
  }
}
