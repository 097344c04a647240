import Foundation
import SystemPackage
import TestSupport
import Testing

@Suite("The program that watches")
final class WatchTests: FolderSuite {
  @Test("Lines come while they happen, and only lines of JSON go to standard output where those are asked for")
  func lines() throws {
    try folder.put("a", [UInt8](repeating: 7, count: 8192))
    let watch = try Running(mmapview, [folder.file("a").string, "--headless", "-c", "watch json for 3s"])
    defer { watch.end() }
    try run("truncate", ["-s", "64k", folder.file("a").string])
    try run("mv", [folder.file("a").string, folder.file("b").string])
    #expect(isSoon { watch.output.contains("\"event\":\"name\",\"fate\":\"renamed\"") }, "\(watch.output)")
    #expect(isSoon { watch.output.contains("\"event\":\"end\"") }, "\(watch.output)")
    #expect(watch.output.contains("\"event\":\"size\",\"was\":8192,\"is\":65536"), "\(watch.output)")
    #expect(watch.output.split(separator: "\n").allSatisfy { $0.hasPrefix("{\"time\":") }, "\(watch.output)")
  }

  @Test("It ends when no process reads its lines any more, though nothing happens", .timeLimit(.minutes(2)))
  func readerGoes() throws {
    try folder.put("a", [UInt8](repeating: 7, count: 8192))
    let outcome = try run("bash", ["-c", "\(mmapview) a --headless -c watch | head -1"], in: folder.path.string)
    #expect(outcome.output.contains(" watching "), "\(outcome.output) \(outcome.errors)")
  }

  @Test("On a terminal that speaks in lines, Enter ends it")
  func enter() throws {
    try folder.put("a", [UInt8](repeating: 7, count: 8192))
    let outcome = try run(
      "script", ["-qec", "\(mmapview) a --plain -c watch", "/dev/null"], in: folder.path.string,
      input: "\nsay after\nq\n")
    #expect(outcome.output.contains(#/watched .*: \d+ changes?/#), "\(outcome.output)")
    #expect(outcome.output.contains("after") && outcome.output.contains("goodbye"), "\(outcome.output)")
  }
}
