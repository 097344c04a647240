import Foundation
import Inspector
import SystemPackage
import TestSupport
import Testing

@testable import mmapview

@Suite("Lessons")
final class LessonTests: FolderSuite {
  static let numbers = 1...15

  private func play(_ number: Int, in scratch: String? = nil, _ more: String...) throws -> Outcome {
    try run(
      mmapview, ["--lesson", "\(number)", "--headless"] + more, in: folder.path.string,
      environment: ["TMPDIR": scratch ?? folder.path.string])
  }

  @Test("They are listed by number, title and one line")
  func list() throws {
    let outcome = try run(mmapview, ["--lesson"])
    #expect(outcome.status == 0)
    for number in Self.numbers {
      #expect(outcome.lines.contains { $0.hasPrefix("\(number < 10 ? " " : "")\(number)  ") })
    }
    #expect(outcome.lines.dropLast().allSatisfy { $0.count <= 80 })
  }

  @Test("A lesson that needs nothing from outside is played again by its recording, without the lesson's folder")
  func playedAgain() throws {
    let outcome = try play(1, in: nil, "--record", "r.mmv")
    #expect(outcome.status == 0, "\(outcome.errors)")
    let again = try run(mmapview, ["--headless", "--replay", "r.mmv"], in: folder.path.string)
    #expect(again.status == 0, "\(again.errors)")
    #expect(again.lines.last == outcome.lines.last)
  }

  @Test("A number that no lesson has, and a file beside a lesson, are refused")
  func refusals() throws {
    for arguments in [["--lesson", "99"], ["--lesson", "x"], ["a", "--lesson", "1"]] {
      let outcome = try run(mmapview, arguments + ["--headless"], in: folder.path.string)
      #expect(outcome.status == 64)
      #expect(outcome.errors.contains("--lesson"), "\(outcome.errors)")
    }
  }

  @Test("Each plays to its end with all that it expects, or says why it can't, and leaves nothing", arguments: numbers)
  func plays(number: Int) throws {
    let outcome = try play(number)
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(outcome.lines.last?.hasPrefix("The end of lesson \(number)") == true)
    #expect(folder.names.isEmpty)
  }

  @Test(
    "An unprivileged process can play each; what takes root says so", .enabled(if: getuid() == 0, "needs root"),
    arguments: numbers)
  func unprivileged(number: Int) throws {
    let scratch = folder.file("scratch").string
    try run("mkdir", ["-m", "777", scratch])
    try run("cp", [mmapview, folder.file("program").string])
    try run("chmod", ["755", folder.path.string, folder.file("program").string])
    let outcome = try run(
      "setpriv",
      ["--reuid=65534", "--clear-groups", folder.file("program").string, "--lesson", "\(number)", "--headless"],
      // The clone may lie where only its owner may go, as in /root.
      in: scratch, environment: ["TMPDIR": scratch])
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(outcome.lines.last?.hasPrefix("The end of lesson \(number)") == true)
    if number == 10 { #expect(outcome.output.contains("takes root")) }
    #expect(try FileManager.default.contentsOfDirectory(atPath: scratch).isEmpty)
  }

  @Test("In memory those that need a disk say so, and all end well", arguments: numbers)
  func inMemory(number: Int) throws {
    let memory = try TemporaryFolder(in: "/dev/shm")
    let outcome = try play(number, in: memory.path.string)
    #expect(outcome.status == 0, "\(outcome.errors)")
    let lesson = try Lesson.all()[number - 1]
    if lesson.needs.contains(.disk) { #expect(outcome.output.contains("set TMPDIR to a folder on a disk")) }
    #expect(memory.names.isEmpty)
  }

  // The ninth fills a disk of its own, which reserves blocks wherever it is shown.
  @Test("Where no blocks can be reserved, as on most of FUSE, all end well, too", arguments: numbers.filter { $0 != 9 })
  func unreserved(number: Int) throws {
    let memory = try TemporaryFolder(in: "/dev/shm")
    let place = memory.path.string
    let outcome = try onThreadWithPlainFiles {
      try run(mmapview, ["--lesson", "\(number)", "--headless"], environment: ["TMPDIR": place])
    }
    #expect(outcome.status == 0 && memory.names.isEmpty, "\(outcome.errors)")
  }

  @Test(
    "On an overlay of two file systems all end well, leave nothing, and name a remedy that is one there",
    .enabled(if: mayMount, needsMounts), arguments: numbers)
  func overlay(number: Int) throws {
    let path = folder.path
    let (outcome, left) = try onThreadWithMounts("overlayfs") {
      let upper = path.appending("rw")
      try FileManager.default.createDirectory(atPath: upper.string, withIntermediateDirectories: true)
      try mount("-t", "tmpfs", "tmpfs", upper.string)
      let point = try mountOverlay(in: path, upper: upper).string
      let outcome = try run(mmapview, ["--lesson", "\(number)", "--headless"], environment: ["TMPDIR": point])
      return (outcome, try FileManager.default.contentsOfDirectory(atPath: point))
    }
    #expect(outcome.status == 0 && left.isEmpty, "\(outcome.errors) \(left)")
    #expect(!outcome.output.contains("set TMPDIR to a folder on a disk"), "\(outcome.output)")
    if try Lesson.all()[number - 1].needs.contains(.disk) { #expect(outcome.output.contains("container's volume")) }
  }

  @Test("Captions are three lines of 78 columns at most, on every way through", arguments: numbers)
  func captions(number: Int) throws {
    let lesson = try Lesson.all()[number - 1]
    #expect(!lesson.title.isEmpty && !lesson.summary.isEmpty && lesson.summary.count <= 78)
    for step in lesson.script.steps + lesson.otherwise.steps {
      guard let text = step.command.caption else { continue }
      let lines = text.split(separator: "\n")
      #expect(lines.count <= 3 && lines.allSatisfy { $0.count <= 78 }, "\(step.position): \(text)")
    }
    // Some machine can't show it, or none needs to be asked.
    #expect(lesson.needs.isEmpty == lesson.otherwise.steps.isEmpty)
  }

  @Test("What a lesson quotes of the compiler is what the tests make it say")
  func quotations() throws {
    let cases = packageRoot + "/Tests/RangedMmapTests/MustNotCompile"
    let known = try FileManager.default.contentsOfDirectory(atPath: cases).map {
      try String(contentsOfFile: cases + "/" + $0, encoding: .utf8)
    }.joined()
    let lines = try Lesson.all().flatMap(\.script.steps).compactMap(\.command.caption).flatMap {
      $0.split(separator: "\n")
    }
    let mark = "  error: "
    let quoted = lines.filter { $0.hasPrefix(mark) }.map { $0.dropFirst(mark.count) }
    #expect(quoted.count == 3)
    for text in quoted { #expect(known.contains("{{\(text)}}"), "\(text)") }
  }

  @Test("Nothing outside of the lesson's folder can be named, and without a lesson there is no outside")
  func reach() throws {
    try folder.put("mine", [1, 2, 3])
    let mine = folder.file("mine").string
    for name in ["../mine", mine, "life.bin/../../mine"] {
      let outcome = try play(1, in: nil, "-c", "outside truncate \(name) 0")
      #expect(outcome.status == 1)
      #expect(outcome.errors.contains("in their own folder only"), "\(outcome.errors)")
    }
    let plain = try run(mmapview, ["--headless", "-c", "outside truncate mine 0"], in: folder.path.string)
    #expect(plain.status == 1)
    #expect(plain.errors.contains("only a lesson has that"))
    #expect(try folder.bytes("mine") == [1, 2, 3])
    #expect(folder.names == ["mine"])
  }

  @Test("An eviction that does nothing names the process that maps the page, which is gone afterwards")
  func holder() throws {
    let outcome = try play(14)
    #expect(outcome.status == 0, "\(outcome.errors)")
    if let reason = outcome.lines.first(where: { $0.contains("can't show it") }) { try skip("\(reason)") }
    let start = try #require(outcome.lines.first { $0.hasPrefix("another program, reader ") })
    let process = try #require(pid_t(start.split { !$0.isNumber }[0]))
    #expect(outcome.output.contains("the file is mapped by reader \(process), and no mapped page is evicted"))
    #expect(outcome.output.contains("locked here (`unlock`)"))
    #expect(kill(process, 0) == -1 && errno == ESRCH)
  }

  @Test("A lesson that is killed takes the process that maps its file with it")
  func killed() throws {
    let script = """
      \(mmapview) --lesson 14 --headless -c 'outside large a 64k' -c 'outside map a 1' -c 'pause 60s' > out &
      while ! grep -q 'maps a' out; do kill -0 $! || exit 1; sleep 0.05; done
      child=$(pgrep -P $!); kill -9 $!; wait $!; echo "child $child"
      for i in $(seq 100); do kill -0 $child 2>/dev/null || exit 0; sleep 0.05; done; echo "the child is there"
      """
    let outcome = try run(
      "bash", ["-mc", script], in: folder.path.string, environment: ["TMPDIR": folder.path.string])
    #expect(outcome.output.contains(#/child [0-9]+/#), "\(outcome.output)\(outcome.errors)")
    #expect(!outcome.output.contains("the child is there"))
  }

  @Test("A signal ends a lesson with nothing left behind, its child neither", arguments: [SIGTERM, SIGHUP, SIGINT])
  func signals(signal: Int32) throws {
    let script = """
      \(mmapview) --lesson 1 --headless -c 'outside start held.bin 64k "allocate 1p"' -c 'pause 60s' > out &
      while ! grep -q 'child: r1' out; do sleep 0.05; done
      child=$(pgrep -P $!); kill -\(signal) $!; wait $!; echo status $?
      for i in $(seq 100); do kill -0 $child 2>/dev/null || exit 0; sleep 0.05; done; echo "the child is there"
      """
    // In a background job of a shell SIGINT is ignored, unless there is job control.
    let outcome = try run(
      "bash", ["-mc", script], in: folder.path.string, environment: ["TMPDIR": folder.path.string])
    #expect(outcome.output.contains("status \(128 + signal)"), "\(outcome.output)\(outcome.errors)")
    #expect(!outcome.output.contains("the child is there"))
    #expect(folder.names == ["out"])
  }

  @Test("A lesson is recorded in the folder where it was called, as JSON line by line")
  func recording() throws {
    #expect(try play(8, in: nil, "--cast", "one.cast").status == 0)
    #expect(folder.names == ["one.cast"])
    let lines = String(decoding: try folder.bytes("one.cast"), as: UTF8.self).split(separator: "\n")
    let header = try #require(try JSONSerialization.jsonObject(with: Data(lines[0].utf8)) as? [String: Any])
    #expect(header["title"] as? String == "mmapview --lesson 8")
    for line in lines { _ = try JSONSerialization.jsonObject(with: Data(line.utf8)) }
  }
}

/// Lessons on the screen, where a person sets the pace.
@Suite("Lessons in a terminal", .serialized, .needsTmux)
final class LessonScreenTests: FolderSuite {
  @Test("Space goes on from caption to caption, and q leaves nothing behind", arguments: [[80, 24], [120, 40]])
  func pace(size: [Int]) throws {
    let window = try Window(size[0], size[1], in: folder)
    try window.type("clear; TMPDIR=$PWD \(mmapview) --lesson 8", "Enter")
    try window.waitFor("Lesson 8: The file gets shorter.")
    try window.type("Space")
    try window.waitFor("Sixteen pages are mapped")
    Thread.sleep(forTimeInterval: 0.5)
    #expect(try !window.text.contains("SIGBUS"))
    for caption in ["killed by SIGBUS", "and survive.", "A sync fails too", "long again", "The end of lesson 8"] {
      try window.type("Space")
      try window.waitFor(caption)
    }
    try window.type("q")
    try window.waitFor("shell>")
    #expect(folder.names.allSatisfy { $0 == "state" })
  }

  @Test(
    "While a lesson goes on, keys and commands that change its file are not offered, and answered; then they are free")
  func claim() throws {
    let window = try Window(80, 24, in: folder)
    try window.type("clear; TMPDIR=$PWD \(mmapview) --lesson 8", "Enter")
    try window.waitFor("Lesson 8: The file gets shorter.")
    var text = try window.waitFor("Space goes on")
    #expect(text.contains("? help") && !text.contains("a allocate"))
    for (key, verb) in [("a", "allocate"), ("w", "write"), ("W", "workers")] {
      try window.type(key)
      try window.waitFor("`\(verb)` has to wait: the lesson goes on with this file")
    }
    try window.type(":sync all", "Enter")
    try window.waitFor("`sync` has to wait")
    try window.type("Right", ":goto 3", "Enter")
    try window.waitFor("page 3")
    let hasEnded = try isSoon {
      try window.type("Space")
      return try window.text.contains("The end of lesson 8")
    }
    #expect(hasEnded)
    text = try window.waitFor("a allocate")
    #expect(text.contains("? help"), "\(text)")
    try window.type("Escape", "u")
    try window.waitFor("took r1 back")
    try window.type("q")
    try window.waitFor("shell>")
  }

  @Test("An answer to a key in a lesson offers none that has to wait")
  func offers() throws {
    let window = try Window(80, 24, in: folder)
    try window.type("clear; TMPDIR=$PWD \(mmapview) --lesson 1", "Enter")
    try window.waitFor("Space goes on")
    // The last page, which no lesson has allocated.
    try window.type("G", "w")
    #expect(try !window.waitFor("page 63 belongs to no range").contains("a allocates"))
    try window.type("q")
    try window.waitFor("shell>")
  }

  @Test("In lines, too, what the lesson goes on with has to wait for its end")
  func claimInLines() throws {
    let enters = String(repeating: "\n", count: 30)
    let outcome = try run(
      "script", ["-qec", "\(mmapview) --lesson 1 --plain", "/dev/null"], in: folder.path.string,
      input: "allocate 1p\ncreate x 64k force\nstatus\n\(enters)allocate 1p\nq\n",
      environment: ["TMPDIR": folder.path.string])
    #expect(outcome.status == 0)
    for verb in ["allocate", "create"] {
      #expect(outcome.output.contains("error: `\(verb)` has to wait: the lesson goes on with this file"))
    }
    let halves = outcome.output.components(separatedBy: "The end of lesson 1")
    #expect(halves.count == 2 && halves[0].contains(#/64 pages: \d+ free/#), "\(outcome.output)")
    #expect(halves.last?.contains("r2: 1 page at") == true, "\(outcome.output)")
  }

  @Test("Ctrl-C in the middle of a lesson leaves nothing behind")
  func interrupted() throws {
    let window = try Window(80, 24, in: folder)
    try window.type("clear; TMPDIR=$PWD \(mmapview) --lesson 9", "Enter")
    try window.waitFor("Lesson 9")
    try window.type("Space", "C-c")
    try window.waitFor("shell>")
    #expect(folder.names.allSatisfy { $0 == "state" })
  }

  @Test(
    "asciinema plays a lesson that was recorded without a screen",
    .enabled(if: isInstalled("asciinema"), "needs asciinema"))
  func asciinema() throws {
    let outcome = try run(
      mmapview, ["--lesson", "1", "--headless", "--cast", "x.cast"], in: folder.path.string,
      environment: ["TMPDIR": folder.path.string])
    #expect(outcome.status == 0, "\(outcome.errors)")
    let window = try Window(80, 24, in: folder)
    try window.type("clear; asciinema cat x.cast; sleep 60", "Enter")
    let text = try window.waitFor("The end of lesson 1")
    #expect(text.contains("? help  q quit"))
  }
}
