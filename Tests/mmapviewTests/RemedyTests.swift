import Foundation
import SystemPackage
import TestSupport
import Testing

/// Errors, and what they say to do about them, done.
@Suite("Remedies that errors name")
struct RemedyTests {
  let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
    try folder.put("there", [UInt8](repeating: 1, count: 5000))
    try folder.put("a b", [UInt8](repeating: 1, count: 5000))
    try folder.put("empty", [])
    try run("ln", ["-s", "nowhere", folder.file("link").string])
  }

  struct Case: Sendable, CustomTestStringConvertible {
    let failing: String
    let names: String
    let remedy: String
    let followed: String
    var testDescription: String { failing }

    init(_ failing: String, _ names: String, _ remedy: String, _ followed: String) {
      (self.failing, self.names, self.remedy, self.followed) = (failing, names, remedy, followed)
    }
  }

  static let cases = [
    Case("m new", "new: can't open the file", "create it with --create SIZE", "m new --create 64k"),
    Case("m no/new --create 64k", "no/new", "check that its folder exists", "mkdir no && m no/new --create 64k"),
    Case("m no/new", "no/new", "check that its folder exists", "mkdir no && m no/new --create 64k"),
    Case("ln -s . l; m l/l/l/there/new --create 64k", "Not a directory", "choose another place", "m new --create 64k"),
    Case("m ''", "is no name of a file", "give one", "m there"),
    Case(
      "m there --headless -c 'goto 0x1000'", "is an offset", "`byte 0x1000` goes there",
      "m there --headless -c 'byte 0x1000'"),
    Case("m /proc/new --create 64k", "takes no others", "choose another folder", "m new --create 64k"),
    Case("m /proc/cpuinfo --create 64k --force", "takes no others", "choose another folder", "m new --create 64k"),
    Case(
      "exec 3<> there; rm there; m /proc/self/fd/3 --create 64k --force", "takes no others", "choose another folder",
      "m new --create 64k"),
    Case("ln -s loop loop; m loop", "leads nowhere", "remove it", "rm loop && m loop --create 64k"),
    Case("m there --create 64k", "exists already", "choose another name", "m other --create 64k"),
    Case("m there --create 64k", "exists already", "open it without creating", "m there"),
    Case(
      "m there --create 64k", "exists already", "replace it with --create SIZE --force", "m there --create 64k --force"),
    Case(
      "m new --create 64k --record r -c 'allocate 1p'; m --replay r", "exists already",
      "replace it with --create SIZE --force", "m new --create 64k --force --replay r"),
    Case("m -c 'create there 64k'", "exists already", "(`create … force`)", "m -c 'create there 64k force'"),
    Case("m empty", "is empty", "replace it with --create SIZE --force", "m empty --create 64k --force"),
    Case("m empty --write", "is empty", "(`create … force`)", "m -c 'create empty 64k force'"),
    Case("m link", "is a link that leads nowhere", "remove it", "rm link && m link --create 64k"),
    Case("m link --create 64k", "leads nowhere", "remove it", "rm link && m link --create 64k"),
    Case("m link --create 64k --force", "leads nowhere", "choose another name", "m other --create 64k --force"),
    Case("m there -c 'allocate 1p'", "reading only", "--write", "m there --write -c 'allocate 1p'"),
    Case(
      "m 'a b' -c 'allocate 1p'", "reading only", "`open \"a b\" write`", "m -c 'open \"a b\" write' -c 'allocate 1p'"),
    Case("m /proc/cpuinfo", "made up by the kernel", "copy it with `cat`", "cat /proc/cpuinfo > copy && m copy"),
    Case(
      "m /sys/devices/system/cpu/online", "made up by the kernel", "copy it with `cat`",
      "cat /sys/devices/system/cpu/online > copy && m copy"),
    Case(
      "ulimit -S -f 100; m new --create 1m", "may make files of 102400", "raise the limit with `ulimit -f`",
      "ulimit -S -f unlimited; m new --create 1m"),
    Case("ulimit -S -f 100; m new --create 1m", "102400", "ask for a smaller file", "m new --create 100k"),
    Case(
      "truncate -s 8g big; ulimit -S -v 6000000; m big", "may have 6144000000 bytes of addresses",
      "raise the limit with `ulimit -v`", "ulimit -S -v unlimited; m big"),
    Case("m there --record a' 'b", "exists already", "remove it", "rm 'a b' && m there --record 'a b'"),
    Case(
      "m there -c 'record \"a b\"'", "exists already", "`record \"a b\" force`", "m there -c 'record \"a b\" force'"),
    Case(
      "cp there 'a b.txt'; m there -c 'screen \"a b.txt\"'", "exists already", "`screen \"a b.txt\" force`",
      "m there -c 'screen \"a b.txt\" force'"),
    Case("m there -c 'screen a.png'", ".png", ".txt", "m there -c 'screen a.txt'"),
    Case("m there --cast empty", "exists already", "replace it with --force", "m there --cast empty --force"),
    Case(
      "mkdir f && touch f/0001.txt; m there --frames f -c status", "exists already",
      "move the frames that are there away",
      "mv f/* . && m there --frames f -c status"),
    Case(
      "mkfifo p; m there -c 'record p force'", "is a pipe", "choose another name", "m there -c 'record other force'"),
    Case(
      "m there --write -c 'allocate 4k' -c 'pause 1ms' -c 'write r9 zero'", "r9", "r1", "m there -c status"),
  ]

  @Test("They work", arguments: cases)
  func work(_ one: Case) throws {
    for word in one.failing.split(separator: " ") where word.hasPrefix("/sys") || word.hasPrefix("/proc/cpu") {
      guard FileManager.default.fileExists(atPath: String(word)) else { try skip("there is no \(word) here") }
    }
    try follow(one)
  }

  @Test("On a disk, a file that was deleted before it was opened is copied, since no sync of it can succeed")
  func deleted() throws {
    if try run("stat", ["-f", "-c", "%T", folder.path.string]).output == "tmpfs\n" {
      try skip("in memory a sync promises nothing, and needs no name")
    }
    try follow(
      Case(
        "exec 3<> there; rm there; m /proc/self/fd/3 --write -c 'allocate 1p' -c 'write r1 zero' -c 'sync r1'",
        "was deleted before it was opened", "COPY` saves its bytes", "cat <&3 > copy && m copy"))
  }

  private func follow(_ one: Case) throws {
    let outcome = try bash("\(one.failing); echo status $?; { \(one.followed)\n} >&2; echo status $?")
    let statuses = outcome.lines.filter { $0.hasPrefix("status ") }
    #expect(statuses == ["status 1", "status 0"], "\(outcome)")
    let complaint = outcome.errors.split(separator: "\n").first ?? ""
    #expect(complaint.contains(one.names) && complaint.contains(one.remedy), "\(outcome.errors)")
  }

  @Test("A file system that reserves no blocks and renames only by force takes all files that the program makes")
  func plainFiles() throws {
    let folder = folder
    try onThreadWithPlainFiles {
      let line = { (text: String) in try Self.bash(text, in: folder) }
      let refused = try line("m new --create 64k")
      #expect(refused.status == 1 && refused.errors.contains("can't reserve blocks"), "\(refused)")
      #expect(refused.errors.contains("--sparse (`create … sparse`)"))
      let made = try line(
        """
        m new --create 64k --sparse --record r.mmv --cast c.cast --frames frames -c 'allocate 1p' -c 'write r1 0x01' \
        -c 'sync r1' -c 'screen s.txt' && m -c 'create more 64k sparse'
        """)
      #expect(made.status == 0, "\(made)")
      for (name, command) in [
        ("there", "m there --create 64k --sparse"), ("r.mmv", "m there --record r.mmv"),
        ("c.cast", "m there --cast c.cast"), ("s.txt", "m there -c 'screen s.txt'"),
      ] {
        let before = try folder.bytes(name)
        #expect(try line(command).status == 1)
        #expect(try folder.bytes(name) == before)
      }
    }
    #expect(
      folder.names == [
        "a b", "c.cast", "empty", "frames", "link", "more", "new", "r.mmv", "s.txt", "there",
      ])
    #expect(try folder.bytes("new").prefix(4096).allSatisfy { $0 == 1 })
  }

  private func bash(_ text: String) throws -> Outcome { try Self.bash(text, in: folder) }

  private static func bash(_ text: String, in folder: TemporaryFolder) throws -> Outcome {
    try run("bash", ["-c", "m() { timeout 300 \(mmapview) \"$@\" --headless; }\n\(text)"], in: folder.path.string)
  }
}
