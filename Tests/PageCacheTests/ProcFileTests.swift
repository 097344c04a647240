import SystemPackage
import TestSupport
import Testing

@testable import PageCache

@Suite("Files that the kernel makes up")
struct ProcFileTests {
  @Test("Lines come whole wherever a piece ends, empty ones left out, and no more is read than is asked for")
  func lines() throws {
    let folder = try TemporaryFolder()
    // Longer than a piece, as long as one, and many that are cut by its end.
    let lengths = [40_000, 16_384, 16_383, 0, 1, 0] + Array(repeating: 77, count: 3000)
    let wanted = lengths.enumerated().map { index, length in
      [UInt8](repeating: UInt8(ascii: "a") + UInt8(index % 26), count: length)
    }
    let path = folder.file("lines").string
    for end in [[], [UInt8(ascii: "\n")]] {
      try folder.put("lines", Array(wanted.joined(separator: [UInt8(ascii: "\n")])) + end)
      var found: [[UInt8]] = []
      try ProcFile.forEachLine(of: path) { line in
        found.append(Array(line))
        return true
      }
      #expect(found == wanted.filter { !$0.isEmpty })
      #expect(try ProcFile(path).lines.map(Array.init) == found)
      var count = 0
      try ProcFile.forEachLine(of: path) { _ in
        count += 1
        return count < 5
      }
      #expect(count == 5)
    }
    #expect(throws: Errno.noSuchFileOrDirectory) { try ProcFile.forEachLine(of: path + "x") { _ in true } }
  }
}
