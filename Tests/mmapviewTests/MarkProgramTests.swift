import Foundation
import SystemPackage
import TestSupport
import Testing

@Suite("Marks without a screen")
final class MarkProgramTests: FolderSuite {
  @Test("What another program wrote between a mark and its difference is found, as JSON")
  func others() throws {
    try folder.put("a", [UInt8](repeating: 7, count: 8 * 4096))
    let path = folder.file("a").string
    let program = try Conversation(mmapview, [path, "--headless", "--replay", "-"])
    let mark = try program.answer(to: "mark m", beginning: "marked m: 8 pages")
    #expect(mark != nil, "\(program.errors)")
    let file = try FileDescriptor.open(folder.file("a"), .readWrite)
    defer { try? file.close() }
    _ = try file.writeAll(toAbsoluteOffset: 3 * 4096, [1, 2, 3])
    try file.resize(to: 9 * 4096)
    let line = try #require(try program.answer(to: "diff m json", beginning: "{\"mark\":\"m\""), "\(program.errors)")
    let found = try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
    #expect(found["file"] as? String == path && found["library"] is NSNull)
    #expect(found["size"] as? [String: Int] == ["was": 8 * 4096, "is": 9 * 4096])
    let bytes = try #require(found["bytes"] as? [String: Any])
    #expect(bytes["differ"] as? [[String: Int]] == [["first": 3, "last": 3, "bytes": 3, "offset": 3 * 4096]])
    #expect(bytes["compared"] as? Int == 8)
    _ = try program.answer(to: "quit", beginning: "goodbye")
  }

  @Test("What others do to the file is said on standard error, so that a line of JSON is all of an answer")
  func news() throws {
    try folder.put("a", [UInt8](repeating: 7, count: 8 * 4096))
    let program = try Conversation(mmapview, [folder.file("a").string, "--headless", "--replay", "-"])
    _ = try program.answer(to: "status json", beginning: "{")
    let file = try FileDescriptor.open(folder.file("a"), .readWrite)
    defer { try? file.close() }
    try file.resize(to: 4096)
    let line = try #require(try program.answer(to: "status json", beginning: ""), "\(program.errors)")
    #expect(line.hasPrefix("{") && program.errors.contains("was cut to 1 page"), "\(line)")
  }

  @Test("With --plain a line says what has changed")
  func plain() throws {
    let outcome = try run(
      mmapview, ["a", "--create", "64k", "--plain", "-c", "mark m", "-c", "allocate 2p", "-c", "diff m"],
      in: folder.path.string)
    #expect(outcome.output.contains("library: pages 0-1: free → allocated"), "\(outcome.output)")
  }
}
