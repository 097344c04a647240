import Foundation
import TestSupport
import Testing

/// What must not compile, and for each case a twin beside it that must.
@Suite("The compiler refuses")
struct CompilerTests {
  static let folder = packageRoot + "/Tests/RangedMmapTests/MustNotCompile/"
  static let cases: [String] = ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).sorted()

  @Test("All cases are known") func known() { #expect(Self.cases.count == 57) }

  @Test("What must not compile, for the reason that it says; its twin compiles", arguments: cases)
  func refuses(name: String) throws {
    // Double consumption and escaping spans are found in passes over SIL, after the types are checked.
    var common =
      ["-frontend", "-emit-sil", "-o", "/dev/null", "-swift-version", "6", "-module-name", "example"]
      + Library.searchPaths + [Self.folder + name]
    // Else variables outside of functions would be global and lazy, and not those of a program.
    if !name.hasPrefix("top-level") { common.append("-parse-as-library") }
    let wrong = try run("swiftc", common + ["-verify", "-verify-ignore-unrelated"])
    #expect(wrong.status == 0, "\(wrong.errors)")
    let right = try run("swiftc", common + ["-D", "TWIN"])
    #expect(right.status == 0, "\(right.errors)")
  }
}
