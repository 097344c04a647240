import CTestSupport
import Foundation
import RangedMmap
import SystemPackage
import TestSupport
import Testing

/// Each absorbed fault may need a mapping of its own, and a process may have vm.max_map_count of them.
@Suite("A process that has as many mappings as it may have", .serialized)
struct FullTableTests {
  // Above this the tests would need more memory and time than a machine may have.
  private static let most = 1 << 18
  private static let limit: Int = {
    let text = (try? String(contentsOfFile: "/proc/sys/vm/max_map_count", encoding: .utf8)) ?? ""
    return Int(text.prefix { $0.isNumber }) ?? .max
  }()
  private static var isReachable: Bool { limit <= most }
  private static let needsLimit: Comment = "needs vm.max_map_count of at most \(most)"

  /// Whether reading a page throws that the file was cut.
  private static func isCut(_ file: MmapFile, _ page: Int) -> Bool {
    do throws(MmapFileError) {
      return try file.withBytes(in: page * 4096..<(page + 1) * 4096) { $0[0] == 2 }
    } catch { return error.code == .truncated }
  }

  @Test(
    "A reader of a cut file, page by page in no order, gets an error for each", .enabled(if: isReachable, needsLimit))
  func scattered() async {
    await #expect(processExitsWith: .success) {
      // In random order, half of the pages being replaced make half as many mappings as there are pages.
      let count = FullTableTests.limit / 10 * 23
      let folder = try TemporaryFolder()
      try folder.put("a", [])
      try FileDescriptor.open(folder.file("a"), .readWrite).resize(to: Int64(count * 4096))
      let file = try MmapFile.openReadOnly(at: folder.file("a"))
      try FileDescriptor.open(folder.file("a"), .readWrite).resize(to: 0)
      var random = Seeded(14)
      let wrong = (0..<count).shuffled(using: &random).first { !FullTableTests.isCut(file, $0) }
      exit(wrong == nil ? 0 : 1)
    }
  }

  @Test(
    "With room for few mappings or none, a fault is an error, and the file can be written again",
    .enabled(if: isReachable, needsLimit), arguments: 0...4)
  func full(left: Int) async {
    await #expect(processExitsWith: .success) { [left] in
      let folder = try TemporaryFolder()
      let (file, allocator) = try MmapFile.create(at: folder.file("a"), size: 64 * 4096)
      let ones = [UInt8](repeating: 1, count: 4096)
      // Writes before: what else the first write of a file maps is there.
      let head = try file.write(ones, to: try require(take: allocator.allocate(4096)))
      let gone = try require(take: allocator.allocate(31 * 4096))
      let tail = try require(take: allocator.allocate(4096))
      let reader = try MmapFile.openReadOnly(at: folder.file("a"))
      let outside = try FileDescriptor.open(folder.file("a"), .readWrite)
      try outside.resize(to: 4096)

      let made = ctest_fill_mappings(UInt(FullTableTests.limit), UInt(left))
      let areCut = FullTableTests.isCut(reader, 40) && FullTableTests.isCut(reader, 20)
      var failure: MmapFileError?
      do throws(MmapFileError) { _ = try file.write(ones, to: tail) } catch { failure = error }
      ctest_free_mappings()
      guard made > 0, areCut, failure?.code == .truncated, let again = failure?.takeRange() else { exit(1) }

      // When the file is long again, both can be had.
      try outside.resize(to: 64 * 4096)
      let synced = try file.sync(try file.write(ones, to: again))
      let first = try file.sync(try file.write(ones, to: file.reuse(head)))
      let bytes = try folder.bytes("a")
      let isWhole = bytes.prefix(4096).allSatisfy { $0 == 1 } && bytes[32 * 4096..<33 * 4096].allSatisfy { $0 == 1 }
      exit(isWhole && synced.count + first.count + gone.count == 33 * 4096 ? 0 : 2)
    }
  }
}
