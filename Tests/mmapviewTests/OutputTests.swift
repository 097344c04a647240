import Foundation
import SystemPackage
import TestSupport
import Testing

@Suite("Files that the program makes")
struct OutputTests {
  let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
    try folder.put("old", Array("old\n".utf8))
    try folder.put("old.txt", Array("text\n".utf8))
    try folder.put("play.mmv", Array("allocate 1p\n".utf8))
    try folder.put("bad.mmv", Array("bogus\n".utf8))
  }

  /// Runs lines of bash, in which `mmapview` is the program; a minute at most, where something could wait for ever.
  private func bash(_ line: String, environment: [String: String] = [:]) throws -> Outcome {
    try run(
      "timeout", ["300", "bash", "-c", "mmapview() { \(mmapview) \"$@\"; }\n\(line)"], in: folder.path.string,
      environment: environment)
  }

  private func contents() throws -> [String: [UInt8]] {
    try Dictionary(
      uniqueKeysWithValues: folder.names.map { name in
        let isFile = try Stat(folder.file(name), followTargetSymlink: false).type == .regular
        return (name, isFile ? try folder.bytes(name) : [])
      })
  }

  // MARK: Effects after checks

  static let refusals = [
    "old --create 64k --force </dev/null", "new --create 64k --record r.mmv --cast c.cast </dev/null",
    "old --cast old.txt --force </dev/null", "--record r.mmv </dev/null", "--lesson 1 --record r.mmv </dev/null",
    "old --create 64k --force --record r.mmv --cast c.cast --headless --replay bad.mmv",
    "old --create 64k --force --headless -c bogus", "old --create 64k --force --headless --frames old.txt",
    "new --create 64k --headless --frames missing/frames", "new --create 64k --headless --record missing/r.mmv",
    "new --create 64k --headless --record old", "new --create 64k --headless --cast old.txt --record r.mmv",
    "new --create 64k --headless --cast missing/c.cast --record r.mmv --frames frames",
    "old --create 64k --record r.mmv --cast c.cast --frames frames --headless",
    "new --create 64k --record new --headless", "new --create 64k --frames new -c status --headless",
    "new --create 64k --cast ./new --headless", "old --create 64k --force --cast old --headless",
    "old --record r.mmv --cast r.mmv --headless", "play.mmv --create 64k --force --replay play.mmv --headless",
    "old --replay play.mmv --cast play.mmv --force --headless", "missing --record r.mmv --cast c.cast --headless",
    "old --create 64k --force --headless --plain", "old --create 64k --force --headless --size 80",
    "old --create 64k --force --speed 2", "old --headless --frames '' -c status",
  ]

  @Test("What fails before it can begin makes, replaces and records nothing", arguments: refusals)
  func effectsAfterChecks(arguments: String) throws {
    let before = try contents()
    let outcome = try bash("mmapview \(arguments)")
    #expect([1, 64].contains(outcome.status) && !outcome.errors.isEmpty)
    #expect(try contents() == before, "\(folder.names)")
  }

  @Test("A terminal that can't show a screen is found out before anything is made")
  func unusableTerminal() throws {
    let before = try contents()
    for kind in ["unknown-kind", "dumb"] {
      let line = "old --create 64k --force --record r.mmv --cast c.cast"
      let outcome = try run(
        "script", ["-qec", "env TERM=\(kind) \(mmapview) \(line)", "/dev/null"], in: folder.path.string)
      #expect(outcome.status == 1 && outcome.output.contains("the terminal \"\(kind)\""), "\(outcome.output)")
      #expect(try contents() == before, "\(folder.names)")
    }
  }

  // MARK: Whose bytes they are

  @Test(
    "What is looked at is never replaced by what is saved, whatever name leads to it",
    arguments: ["screen NAME force", "record NAME force"], ["old.txt", "./old.txt", "link.txt", "other.txt"])
  func keepsWhatIsLookedAt(command: String, name: String) throws {
    let outcome = try bash(
      """
      ln -s old.txt link.txt; ln old.txt other.txt
      mmapview old.txt --headless -c '\(command.replacing("NAME", with: name))'
      """)
    #expect(outcome.status == 1 && outcome.errors.contains("\(name): is the file that is open here"))
    #expect(try folder.bytes("old.txt") == Array("text\n".utf8))
    #expect(try Stat(folder.file("other.txt")).inode == Stat(folder.file("old.txt")).inode)
  }

  @Test("A recording that is being written is not replaced either")
  func keepsRecordings() throws {
    for (options, command) in [
      ("--record a.txt", "screen a.txt force"), ("--cast a.txt", "screen a.txt force"),
      ("--cast a.txt", "record a.txt force"), ("--record a.txt", "create a.txt 64k force"),
      ("--cast a.txt", "create a.txt 64k force"),
    ] {
      let outcome = try bash("rm -f a.txt; mmapview old --headless \(options) -c '\(command)'")
      #expect(outcome.status == 1 && outcome.errors.contains("a.txt: is the recording"), "\(outcome.errors)")
    }
  }

  @Test("A link to an open file that has no name is not replaced in its place")
  func keepsLinks() throws {
    for arguments in [
      "old --headless -c 'screen link.txt force'", "old --headless -c 'record link.txt force'",
      "old --headless --cast link.txt --force", "link.txt --create 64k --force --headless",
    ] {
      let outcome = try bash(
        "ln -sf /proc/self/fd/7 link.txt; exec 7> gone; rm gone; mmapview \(arguments); echo $?; readlink link.txt")
      #expect(outcome.lines == ["1", "/proc/self/fd/7"], "\(outcome)")
      #expect(outcome.errors.contains("link.txt: is a link to an open file that has no name"), "\(outcome)")
    }
  }

  @Test("What standard input, output and error lead to is not replaced either")
  func keepsStandardStreams() throws {
    for (arguments, role) in [
      ("old --headless -c 'screen s.txt force' >> s.txt", "output"),
      ("old --headless -c 'record s.txt force' 2>> s.txt", "error"),
      ("old --headless --cast s.txt --force >> s.txt", "output"),
      ("old --headless -c 'create s.txt 64k force' >> s.txt", "output"),
      ("s.txt --create 64k --force --headless >> s.txt", "output"),
      ("old --headless --replay - < s.txt", "input"),
    ] {
      let outcome = try bash("echo 'screen s.txt force' > s.txt; mmapview \(arguments); echo $?; cat s.txt")
      #expect(outcome.lines.first == "1", "\(outcome)")
      #expect(outcome.lines.dropFirst().first == "screen s.txt force", "\(outcome)")
      #expect((outcome.output + outcome.errors).contains("s.txt: is what standard \(role) is"), "\(outcome)")
    }
  }

  @Test("A file that is replaced keeps its mode, and a link to it stays a link")
  func keepsModes() throws {
    let outcome = try bash(
      """
      umask 022
      for mode in 640 666 600; do
        rm -f there* link*
        for name in there there.txt there.mmv there.cast; do echo > $name; chmod $mode $name; done
        ln -s there.txt link.txt
        mmapview there --create 64k --force --headless -c 'screen link.txt force' -c 'record there.mmv force' &&
          mmapview there --headless --cast there.cast --force || exit 1
        stat -c %a there there.txt there.mmv there.cast | uniq; readlink link.txt; test -s there.txt && echo whole
      done
      """)
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(
      outcome.lines.filter { !$0.contains(" ") } == ["640", "666", "600"].flatMap { [$0, "there.txt", "whole"] })
  }

  @Test("A pipe is not waited for and not replaced, nor is a device", arguments: ["pipe.txt", "null.txt"])
  func pipes(name: String) throws {
    let line = """
      mkfifo pipe.txt; ln -s /dev/null null.txt
      for command in 'record \(name) force' 'record \(name)' 'screen \(name) force' 'create \(name) 64k force'; do
        mmapview old --headless -c "$command"; echo $?
      done
      mmapview old --headless --force --cast \(name); echo $?
      mmapview old --headless --record \(name); echo $?
      stat -c %F pipe.txt null.txt
      """
    let outcome = try bash(line)
    #expect(
      outcome.lines.filter { !$0.contains("opened") && !$0.contains("page") }
        == [String](repeating: "1", count: 6) + ["fifo", "symbolic link"], "\(outcome)")
  }

  @Test(
    "A file that one may not write is not replaced, although its folder may be written",
    .enabled(if: getuid() == 0, "needs root"))
  func keepsReadOnlyFiles() throws {
    let outcome = try bash(
      """
      chmod 777 .; cp \(mmapview) program; chmod 755 program
      for name in a.txt a.mmv a.cast; do echo theirs > $name; chmod 600 $name; done
      for name in b.txt b.mmv b.cast; do echo mine > $name; chown 65534 $name; chmod 444 $name; done
      unprivileged() { setpriv --reuid=65534 --clear-groups ./program old --headless "$@"; echo $?; }
      for name in a b; do
        unprivileged -c "screen $name.txt force"; unprivileged -c "record $name.mmv force"; unprivileged --cast $name.cast --force
        unprivileged -c "create $name.txt 64k force"
      done
      """)
    #expect(outcome.lines.filter { $0.count < 3 } == [String](repeating: "1", count: 8), "\(outcome)")
    #expect(outcome.errors.components(separatedBy: "(Permission denied)").count == 9, "\(outcome.errors)")
    for ending in ["txt", "mmv", "cast"] {
      #expect(try folder.bytes("a." + ending) == Array("theirs\n".utf8))
      #expect(try folder.bytes("b." + ending) == Array("mine\n".utf8))
    }
  }

  // MARK: What can't be written

  @Test(
    "What could not be written is reported at the end, with status 1",
    arguments: ["-c 'record r.mmv'", "--record r.mmv", "--cast r.mmv", "--frames frames"])
  func limited(options: String) throws {
    let commands = (0..<40).map { "-c 'say \"\($0) \(String(repeating: "x", count: 70))\"'" }.joined(separator: " ")
    // 1 KiB at most: all of them are longer.
    let outcome = try bash("ulimit -f 1; mmapview \(options) --headless \(commands) > /dev/null")
    #expect(outcome.status == 1)
    #expect(outcome.errors.contains("File too large"), "\(outcome.errors)")
    #expect(!outcome.errors.contains("another place") && !outcome.errors.contains("make room"), "\(outcome.errors)")
    #expect(!folder.names.contains { $0.hasPrefix(".") })
  }

  @Test("On the screen that is reported when the terminal is back")
  func limitedOnScreen() throws {
    let outcome = try run(
      "script",
      [
        "-qec",
        "bash -c 'ulimit -f 1; \(mmapview) --record r.mmv "
          + (0..<40).map { "-c \"say \($0)\(String(repeating: "x", count: 70))\"" }.joined(separator: " ")
          + " -c quit'", "/dev/null",
      ], in: folder.path.string, environment: ["TERM": "xterm"])
    #expect(outcome.status == 1)
    let farewell = try #require(outcome.output.split(separator: "\u{1b}[?1049l").last)
    #expect(farewell.contains("r.mmv: can't be written (File too large)"), "\(farewell)")
  }

  @Test("A limit on the size of files is an error that names it, and leaves no scratch file")
  func sizeLimit() throws {
    for storage in ["", "--sparse"] {
      let outcome = try bash("ulimit -f 100; mmapview new --create 1m \(storage) --headless")
      #expect(outcome.status == 1)
      #expect(outcome.errors.contains("this process may make files of 102400 (File too large)"), "\(outcome.errors)")
    }
    #expect(folder.names == ["bad.mmv", "old", "old.txt", "play.mmv"])
  }

  @Test("Help, versions, manuals and completion scripts that no process reads are errors, too")
  func fullOutput() throws {
    for option in ["--help", "--version", "--manual", "--grammar", "--generate-completion-script bash", "--lesson"] {
      #expect(try bash("mmapview \(option)").status == 0)
      let outcome = try bash("mmapview \(option) > /dev/full")
      #expect(outcome.status == 1 && outcome.errors.contains("standard output can't be written"), "\(option)")
    }
    #expect(try bash("mmapview --version").output.contains(/^[0-9]+\.[0-9]+\.[0-9]+\n$/))
    let help = try bash("mmapview --help").output
    for option in ["--version", "--manual", "--grammar", "--generate-completion-script"] {
      #expect(help.contains(option))
    }
  }

  @Test("A reader that goes is an error, and takes the lesson's folder along")
  func brokenPipe() throws {
    // The reader is gone before the first line.
    let outcome = try bash(
      "export TMPDIR=$PWD; exec 3> >(true); wait $!; mmapview --lesson 1 --headless >&3; echo $?")
    #expect(outcome.lines.last == "1" && outcome.errors.contains("Broken pipe"), "\(outcome)")
    #expect(!folder.names.contains { $0.hasPrefix("mmapview-lesson") })
  }

  // MARK: Where it is started

  @Test("With standard descriptors closed no other file becomes one of them, and lost output is an error")
  func closedDescriptors() throws {
    // More than a pipe holds.
    try folder.put("many", Array(String(repeating: "status\n", count: 2000).utf8))
    for closing in [">&-", "<&- >&-", "<&- >&- 2>&-"] {
      #expect(try bash("mmapview old --headless --replay many \(closing)").status == 1)
    }
    #expect(try bash("mmapview old --headless <&-").status == 0)
    let outcome = try bash(
      "mmapview new --create 64k --headless --replay - <&- 2>&-; echo $?; mmapview new -c bogus --headless 2>&-; echo $?"
    )
    #expect(outcome.lines.filter { $0.count < 3 } == ["0", "1"])
    #expect(try folder.bytes("new") == [UInt8](repeating: 0, count: 1 << 16))
    #expect(try folder.bytes("old") == Array("old\n".utf8))
  }

  @Test("Arguments are read where there is no /proc", .enabled(if: mayMount, needsMounts))
  func withoutProc() throws {
    let path = folder.path.string
    try onThreadWithPrivateMounts {
      try run("umount", ["-l", "/proc"])
      let outcome = try run("bash", ["-c", "cd \(path); \(mmapview) old --headless -c status"])
      #expect(outcome.status == 0 && outcome.output.contains("old: 1 page"), "\(outcome)")
      let users = try run("bash", ["-c", "cd \(path); \(mmapview) old --headless -c users"])
      #expect(users.errors.contains("who has this file open is unknown: /proc is not mounted"), "\(users)")
    }
  }

  @Test("A lesson with mounts of its own lets others unmount theirs", .enabled(if: mayMount, needsMounts))
  func mounts() throws {
    let path = folder.file("mounted").string
    try onThreadWithPrivateMounts {
      // Of this thread's mounts, which the program gets a copy of.
      try run("mount", ["--make-rshared", "/"])
      try run("mkdir", [path])
      try mount("-t", "tmpfs", "tmpfs", path)
      let lesson = try Running(mmapview, ["--lesson", "9", "--plain"])
      defer { lesson.end() }
      let table = "/proc/\(lesson.processID)/mountinfo"
      for _ in 0..<1000 where !(try String(contentsOfFile: table, encoding: .utf8).contains("mmapview-lesson")) {
        usleep(10_000)
      }
      #expect(try String(contentsOfFile: table, encoding: .utf8).contains(path))
      try unmount(FilePath(path))
      #expect(try !String(contentsOfFile: table, encoding: .utf8).contains(path))
    }
  }
}
