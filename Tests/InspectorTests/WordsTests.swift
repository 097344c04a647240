import Inspector
import RangedMmap
import TestSupport
import Testing

@testable import Inspector

/// One word for one thing, and whose rule a refusal follows.
@Suite("Words")
final class WordsTests: SessionSuite {
  @Test("The state that the library calls flushed is called durable wherever it is printed")
  func durable() throws {
    let printed = try play(
      "create \(word("a")) 8p sparse", "allocate 1p", "write r1 zero", "sync r1", "expect page 0 durable",
      "expect count durable 1", "status", "status json", "page 0", "find state durable")
    #expect(printed.joined(separator: "\n").contains("1 durable"))
    #expect(printed.joined(separator: "\n").contains("\"durable\":1"))
    #expect(printed.contains("state: durable"))
    #expect(!printed.joined(separator: "\n").contains("flushed"), "\(printed)")
    #expect(try refusal(of: "expect page 0-1 durable").contains("expected page 1 to be durable, found free"))
    #expect(try refusal(of: "expect page 0 written").contains("found durable"))
    let words = PageState.allCases.map(\.word)
    #expect(Set(words).count == words.count && !words.contains("flushed"))
  }

  @Test("Scripts made before still play: the library's word is taken for the state, and recorded as durable")
  func flushed() throws {
    try play(
      "record \(word("r"))", "create \(word("a")) 8p sparse", "allocate 1p", "write r1 zero", "sync r1",
      "expect page 0 flushed", "expect count flushed 1", "find state flushed",
      "expect error \"it is flushed\" write r1 zero", "record off")
    let recorded = String(decoding: try folder.bytes("r"), as: UTF8.self)
    for line in ["expect page 0 durable", "expect count durable 1", "find state durable"] {
      #expect(recorded.contains("\n\(line) "), "\(line): \(recorded)")
    }
  }

  @Test(
    "A refusal says whose rule it is",
    arguments: [
      ("write r1 zero", "this library's rule: written pages are written again only after `reuse`"),
      ("split r1 1p", "this library's rule: a range is split before it is written; `reuse` makes it writable again"),
      ("sync r2", "this library's rule: only written pages can be made durable; `write` it first"),
      ("flush r3", "this library's rule: durable pages are done with until `reuse` and `write`"),
      ("reuse r2", "this library's rule: only written pages are taken back; `write` can have this range as it is"),
      ("verify r2", "this program's rule: a range is compared with what was written to it; `write` it first"),
      ("allocate 1p", "this library's rule: each is handed out once"),
      ("open $ write", "this library's rule: one mapping at a time writes a file"),
      ("create empty 8p", "this program's rule: a file that exists is replaced only with consent"),
      ("open empty", "the kernel's rule: a file of no bytes can't be mapped"),
    ])
  func rules(line: String, rule: String) throws {
    try folder.put("empty", [])
    try perform(
      "create \(word("a")) 8p sparse", "allocate 2p x4", "write r1 zero", "write r3 zero", "sync r3")
    session.finish()
    let named = line.replacing("$", with: word("a")).replacing("empty", with: word("empty"))
    let refusal = try refusal(of: named)
    #expect(refusal.contains(rule), "\(refusal)")
  }

  @Test("A file that exists is changed with consent only, by this program's rule, and its pages are not ours")
  func consent() throws {
    try folder.put("there", [UInt8](repeating: 1, count: 8192))
    try perform("open \(word("there"))")
    #expect(
      try refusal(of: "allocate 1p").contains("this program's rule: a file that exists is changed only with consent"))
    #expect(try refusal(of: "write r1 zero").contains("this program's rule"))
    #expect(
      try refusal(of: "verify all").contains("this library's rule: only a file that is open for writing has ranges"))
    for line in ["expect page 0 free", "expect count free 2", "find state free"] {
      #expect(try refusal(of: line).contains("its pages are not ours"), "\(line)")
    }
  }
}
