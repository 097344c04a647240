import Glibc
import SystemPackage
import TestSupport
import Testing

@testable import Inspector

@Suite("The configuration")
final class ConfigurationTests: SessionSuite {
  private func read(_ text: String) throws -> Configuration {
    try folder.put("config", Array(text.utf8))
    return Configuration(contentsOf: folder.file("config"))
  }

  @Test("It has all settings and the keys, with comments as in scripts, and leaves out what is wrong")
  func lines() throws {
    let configuration = try read(
      """
      # mine
      set theme light   # by day
      set layer both
      layer kernel

      set zoom fit\r
      set pattern random:7
      key w "write selected random:7"
      key Ctrl-A allocate 2p
      set theme pink
      allocate 1p
      pattern zero
      key bogus status
      key x "wirte r1"
      key : status
      """)
    #expect(
      configuration.commands.map(\.description) == [
        "theme light", "layer both", "layer kernel", "zoom fit", "set pattern random:7",
        "key w \"write selected random:7\"", "key Ctrl-A \"allocate 2p\"",
      ])
    let path = folder.file("config").string
    let expected = [
      (10, "\"pink\" is no theme", "one of dark, light, contrast"), (11, "`allocate` is no setting", "--replay"),
      (12, "\"pattern\" is a setting", "write `set pattern …`"), (13, "\"bogus\" is no key", "Ctrl-A to Ctrl-Z"),
      (14, "\"wirte\"", "did you mean write?"), (15, "opens the prompt", "bind another"),
    ]
    #expect(configuration.errors.count == expected.count)
    for (error, (line, name, remedy)) in zip(configuration.errors, expected) {
      #expect(error.description.hasPrefix("\(path):\(line): ") && error.description.contains(name), "\(error)")
      #expect(error.description.contains(remedy) && error.mark != nil, "\(error)")
    }
    session.configure(configuration)
    #expect(session.view.theme == .light && session.layer == .kernel && session.view.zoom == .fit)
    #expect(session.view.pattern == .random(seed: 7))
    #expect(session.view.keys.map(\.key.description) == ["w", "Ctrl-A"])
    #expect(session.log.count == 1 && session.log[0].kind == .failure)
    #expect(session.log[0].lines[0] == "\(path): line 10 and 5 more are left out: `mmapview --check-config` shows why")
  }

  @Test("A file that is absent, no text, no regular file or too long is no surprise")
  func oddFiles() throws {
    let absent = Configuration(contentsOf: folder.file("absent"))
    #expect(!absent.exists && absent.errors.isEmpty && absent.commands.isEmpty)
    #expect(Configuration(contentsOf: FilePath("/dev/null/mmapview/config")).errors.isEmpty)
    try folder.put("binary", [0xff, 0])
    try folder.put("long", [UInt8](repeating: 10, count: (1 << 20) + 1))
    for name in ["binary", "long", "."] {
      let configuration = Configuration(contentsOf: folder.file(name))
      #expect(configuration.errors.count == 1 && configuration.commands.isEmpty, "\(name)")
      let error = try #require(configuration.errors.first).description
      #expect(!error.contains("script") && error.contains("put a file there with `set` and `key` lines"), "\(error)")
      #expect(name != "long" || error.contains("longer than 1 MiB, which no configuration is"), "\(error)")
    }
    #expect(try read("").exists)
  }

  @Test(
    "The place is the one of the XDG specification",
    arguments: [
      (["XDG_CONFIG_HOME": "/c", "HOME": "/h"], "/c/mmapview/config"), (["HOME": "/h"], "/h/.config/mmapview/config"),
      (["XDG_CONFIG_HOME": "relative", "HOME": "/h"], "/h/.config/mmapview/config"), ([:], nil),
    ] as [([String: String], String?)])
  func place(variables: [String: String], expected: String?) {
    #expect(Configuration.place { variables[$0] }?.string == expected)
  }

  @Test(
    "Keys have the names that the help has for them, in either case and in ASCII",
    arguments: [
      ("w", "w"), ("W", "W"), ("space", "Space"), ("Esc", "Esc"), ("pgup", "PgUp"), ("Up", "↑"), ("↑", "↑"),
      ("ctrl-left", "Ctrl-←"), ("ctrl-a", "Ctrl-A"), ("Ctrl-C", "Ctrl-C"), ("alt-X", "Alt-X"), ("\"#\"", "#"),
      ("é", "é"), ("F1", "F1"), ("f12", "F12"), ("\"\\\"\"", "\""),
    ])
  func keyNames(typed: String, expected: String) throws {
    let command = try #require(try Command(parsing: "key \(typed) status json"))
    #expect((command.action as? BindKeyAction)?.key.description == expected)
    #expect(try Command(parsing: "\(command)") == command)
    #expect(try Command(parsing: "key \(typed) \"status json\"") == command)
    let back = try #require(try Command(parsing: "key \(typed) default"))
    #expect(try Command(parsing: "\(back)") == back && (back.action as? BindKeyAction)?.command == nil)
  }

  @Test(
    "What is no key, or no command, is named",
    arguments: [
      ("key", "the key is missing"), ("key w", "the command is missing"), ("key ww status", "\"ww\" is no key"),
      ("key Ctrl-M status", "it is Enter"), ("key Ctrl-L status", "draws the screen again"),
      ("key F13 status", "\"F13\" is no key"), ("key \" \" status", "is no key"),
      ("key w wirte", "did you mean write?"), ("key w \"wirte r1\"", "did you mean write?"),
      ("key w \"  \"", "there is no command"), ("key w default x", "unknown command \"default\""),
      ("key w status x", "unexpected \"x\""),
    ])
  func wrongKeys(line: String, reason: String) {
    do throws(SyntaxError) {
      let command = try Command(parsing: line)
      Issue.record("\(line): \(command.map { "\($0)" } ?? "nothing")")
    } catch { #expect(error.description.contains(reason), "\(error)") }
  }

  @Test("A key is bound once, is given back, and is in no recording")
  func binding() throws {
    try perform("create \(word("a")) 64k", "key w \"status\"", "key w \"page 1\"", "key x \"say hi\"")
    #expect(session.view.keys.map { "\($0.key) \($0.command)" } == ["w page 1", "x say \"hi\""])
    try session.begin(recordingTo: OutputFile(folder.file("r.mmv").string, isForced: false))
    try perform("key x default", "key w default", "key y status")
    #expect(session.view.keys.map(\.key.description) == ["y"])
    _ = session.endRecording()
    #expect(try !String(decoding: folder.bytes("r.mmv"), as: UTF8.self).contains("key"))
  }

  @Test("What is copied is told to the host, and where there is none it is refused with what prints it")
  func copying() throws {
    try perform("create \(word("a")) 64k", "allocate 2p", "write r1 0xa5", "byte 0x1010")
    #expect(throws: CommandError.self) { try self.perform("copy offset") }
    nonisolated(unsafe) var copied: [String] = []
    session.host.copy = { unsafe copied.append($0) }
    try perform("copy offset", "copy bytes", "copy line", "goto 1", "copy offset")
    let texts = unsafe copied
    #expect(texts[0] == "0x1010" && texts[3] == "0x1000")
    #expect(texts[1].hasPrefix("a5a5 a5a5 ") && texts[1].count == 2048 * 5 - 1)
    #expect(try Command(parsing: "find hex \(texts[1])") != nil)
    // The line before those of the copies.
    #expect(texts[2] == "wrote r1 with 0xa5: 2 pages")
    session.note(Event(.caption, ["one\u{1b}]2;x\u{07}", "two\r"]))
    try perform("copy line")
    #expect(unsafe copied.last == "one\\x1b]2;x\\x07; two\\x0d")
    session.note(Event(.caption, [String(repeating: "x", count: 80_000)]))
    #expect(throws: CommandError.self) { try self.perform("copy line") }
  }

  @Test("A page that had to be read to be copied is said to be in memory now")
  func copyingAbsent() throws {
    try folder.put("b", [UInt8](repeating: 7, count: 65536))
    let descriptor = try FileDescriptor.open(folder.file("b"), .readWrite)
    defer { try? descriptor.close() }
    fsync(descriptor.rawValue)
    posix_fadvise(descriptor.rawValue, 0, 0, POSIX_FADV_DONTNEED)
    try perform("open \(word("b"))", "goto 3")
    guard session.presence(ofPage: 3) == .absent else { try skip("what is in memory can't be evicted here") }
    session.host.copy = { _ in }
    try perform("copy bytes")
    let note = "(which brought the page into memory)"
    #expect(session.log.last?.lines.first?.contains(note) == true, "\(session.log)")
    try perform("copy bytes")
    #expect(session.log.last?.lines.first?.contains(note) == false, "\(session.log)")
  }
}
