import Foundation
import RangedMmap
import SystemPackage
import TestSupport
import Testing

@testable import Inspector

@Suite("Files that are waited for, and names that are gone along with")
final class FollowingTests: SessionSuite {
  private func reported(_ text: String) -> Int { session.log.count { $0.lines.contains { $0.contains(text) } } }
  private var name: String { word("a") }
  private func move(_ one: String, _ other: String) throws {
    try run("mv", [folder.file(one).string, folder.file(other).string])
  }

  @Test("A file that an editor saves by another one is said to be replaced, and not to be deleted")
  func saved() throws {
    try folder.put("a", [UInt8](repeating: 7, count: 4096))
    try perform("open \(name)")
    try run("sed", ["-i", "s/x/y/", folder.file("a").string])
    session.collect()
    session.collect()
    #expect(reported("another file has taken its name") == 1, "\(session.log)")
    #expect(reported("was deleted") == 0)
  }

  @Test("With `set follow on` the next file of the name is looked at, as soon as it has bytes, and the one after it")
  func rotated() throws {
    try folder.put("a", [UInt8](repeating: 7, count: 4096))
    try perform("set follow on", "open \(name)")
    for size in [8192, 12288] {
      try move("a", "a.\(size)")
      session.collect()
      #expect(session.namePause != nil)
      #expect(session.fileName?.lastComponent?.string == "a.\(size)")
      try folder.put("a", [])
      session.collect()
      #expect(session.fileName?.lastComponent?.string == "a.\(size)")
      try folder.put("a", [UInt8](repeating: 8, count: size))
      session.collect()
      #expect(session.file?.size == size && session.fileName?.lastComponent?.string == "a")
      #expect(session.namePause == nil)
    }
    try folder.put("b", [UInt8](repeating: 9, count: 5))
    try move("b", "a")
    session.collect()
    #expect(session.file?.size == 5)
    #expect(reported("another file has taken the name") == 3)
  }

  @Test("Where the name is not gone along with, what leaves it stays in view")
  func stays() throws {
    try folder.put("a", [UInt8](repeating: 7, count: 4096))
    try perform("open \(name)")
    try move("a", "a.1")
    try folder.put("a", [UInt8](repeating: 8, count: 8192))
    session.collect()
    #expect(session.file?.size == 4096 && session.namePause == nil)
  }

  @Test("What becomes of a renamed file is reported under the name that it has now: the old one may be another's")
  func presentName() throws {
    try folder.put("a", [UInt8](repeating: 7, count: 8192))
    try perform("open \(name)")
    try move("a", "a.1")
    try folder.put("a", [1])
    session.collect()
    for (size, words) in [(4096, "was cut to 1 page"), (0, "is empty now")] {
      try run("truncate", ["-s", "\(size)", folder.file("a.1").string])
      session.collect()
      #expect(session.log.last?.lines.first?.hasPrefix("a.1: \(words)") == true, "\(session.log)")
    }
  }

  @Test("A file that is waited for is opened when it has its first byte", arguments: [false, true])
  func awaited(isThereEmpty: Bool) throws {
    if isThereEmpty { try folder.put("a", []) }
    session.patience = .milliseconds(1)
    try perform("record \(word("r"))", "open \(name) wait")
    #expect(session.isWaiting && session.file == nil)
    try folder.put("a", [])
    Thread.sleep(forTimeInterval: 0.05)
    session.collect()
    #expect(session.isWaiting && session.file == nil)
    try folder.put("a", [1])
    #expect(
      isSoon {
        session.collect()
        return session.file?.size == 1
      })
    #expect(!session.isWaiting)
    #expect(String(decoding: try folder.bytes("r"), as: UTF8.self).contains("\nopen \(name) wait #@"))
  }

  @Test("A wait that is stopped says so; what is no file to wait for is reported at once")
  func stopped() throws {
    session.patience = .milliseconds(1)
    try perform("open \(name) wait")
    try session.perform(.stop)
    #expect(
      isSoon {
        session.collect()
        return !session.isWaiting
      })
    #expect(reported("stopped before there was a file with bytes") == 1)
    session.patience = nil
    #expect(throws: CommandError.self) { try perform("open \(Word.quote(folder.path.string)) wait") }
  }
}
