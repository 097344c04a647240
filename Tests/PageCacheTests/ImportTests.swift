import SystemPackage
import TestSupport
import Testing

@Suite("PageCache is all that a program imports")
struct ImportTests {
  @Test("Descriptors, paths and error numbers need no import but the library's")
  func noOtherImport() throws {
    let folder = try TemporaryFolder()
    let source = """
      import PageCache
      func cached(_ path: FilePath) throws -> Int? {
        let file = try FileDescriptor.open(path, .readOnly)
        defer { try? file.close() }
        do throws(PageCacheError) {
          if let point = try PageCache.fileSystem(of: file).mountPoint { print(point.string) }
          return try PageCache.counts(of: file, bytes: 0..<4096).cached
        } catch .failed(let error) where error == .badFileDescriptor {
          return nil
        }
      }
      """
    try folder.put("a.swift", Array(source.utf8))
    let reported = try run(
      "swiftc", Library.options + ["-typecheck", folder.file("a.swift").string] + Library.searchPaths)
    #expect(reported.status == 0, "\(reported.errors)")
  }
}
