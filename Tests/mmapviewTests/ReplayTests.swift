import Foundation
import SystemPackage
import TestSupport
import Testing

@Suite("Recordings and replays of the program")
final class ReplayTests: FolderSuite {
  private func mmapviewHere(_ arguments: String..., input: String = "") throws -> Outcome {
    try run(mmapview, arguments, in: folder.path.string, input: input)
  }

  private func text(_ name: String) throws -> String { String(decoding: try folder.bytes(name), as: UTF8.self) }

  private static let commands = [
    "allocate 2p x3", "write r1 page", "workers start 4 size=5000 pattern=random:3 flush=sync delay=100us", "sync all",
    "allocate 3p", "workers wait", "sync r1", "status",
  ]

  @Test("What is recorded is replayed in another folder, on another file and from standard input, to the same bytes")
  func roundTrip() throws {
    let recorded = try run(
      mmapview, ["a", "--create", "1000000", "--record", "r", "--headless"] + Self.commands.flatMap { ["-c", $0] },
      in: folder.path.string)
    #expect(recorded.status == 1, "r1 is durable by then")
    #expect(recorded.errors.hasPrefix("-c:7: "))
    let bytes = try folder.bytes("a")
    #expect(bytes.count == 1_000_000)
    let other = try TemporaryFolder()
    let again = try run(mmapview, ["--replay", folder.file("r").string, "--headless"], in: other.path.string)
    #expect(again.status == 0, "\(again.errors)")
    #expect(try other.bytes("a") == bytes)
    let elsewhere = try mmapviewHere("b", "--create", "1000000", "--replay", "r", "--headless", "-c", "status")
    #expect(elsewhere.status == 0, "\(elsewhere.errors)")
    #expect(try folder.bytes("b") == bytes)
    let typed = try mmapviewHere(
      "c", "--create", "1000000", "--replay", "-", "--headless", "-c", "status", input: text("r"))
    #expect(typed.status == 0, "\(typed.errors)")
    #expect(try folder.bytes("c") == bytes)
    // The kernel's counts may differ.
    let ends = [elsewhere, typed].map { $0.lines.last?.split(separator: ";").first?.dropFirst(1) }
    #expect(ends[0] == ends[1] && ends[0]?.hasSuffix("durable") == true, "\(ends)")
    #expect(try mmapviewHere("b", "--record", "r", "--headless").errors.contains("r: exists already"))
  }

  @Test("A recording for another size is refused with its place and the remedy, and nothing is changed")
  func otherSize() throws {
    _ = try mmapviewHere(
      "a", "--create", "1m", "--record", "r", "--headless", "-c", "allocate 1p", "-c", "write r1 0xff")
    try folder.put("b", [UInt8](repeating: 7, count: 8192))
    let outcome = try mmapviewHere("b", "--write", "--replay", "r", "--headless")
    #expect(outcome.status == 1)
    #expect(
      outcome.errors.hasPrefix("r:5: expect size 1m: expected a file of 1048576 bytes, found 8192; "),
      "\(outcome.errors)")
    #expect(outcome.errors.contains("--create 1m"))
    #expect(try folder.bytes("b") == [UInt8](repeating: 7, count: 8192))
  }

  @Test("A recording of a file that existed says so, and asks for leave to write as anyone does")
  func existingFile() throws {
    try folder.put("a", [UInt8](repeating: 7, count: 8192))
    _ = try mmapviewHere("a", "--write", "--record", "r", "--headless", "-c", "allocate 1p", "-c", "write r1 0xff")
    #expect(try text("r").contains("\nopen a write #@ "))
    try folder.put("b", [UInt8](repeating: 7, count: 8192))
    #expect(try mmapviewHere("b", "--replay", "r", "--headless").errors.contains("--write"))
    #expect(try mmapviewHere("b", "--write", "--replay", "r", "--headless").status == 0)
    #expect(try folder.bytes("b") == folder.bytes("a"))
    #expect(try mmapviewHere("missing", "--record", "s", "--headless").status == 1)
    #expect(!folder.names.contains("s"), "nothing was recorded")
  }

  @Test("A recording of a file that was replaced replaces it again, and one that was not asks first")
  func replacement() throws {
    for (force, status) in [(["--force"], Int32(0)), ([], 1)] {
      try? FileManager.default.removeItem(atPath: folder.file("r").string)
      try? FileManager.default.removeItem(atPath: folder.file("a").string)
      if !force.isEmpty { try folder.put("a", [7]) }
      let recorded = try run(
        mmapview, ["a", "--create", "64k", "--record", "r", "--headless", "-c", "status", "-c", "allocate 1p"] + force,
        in: folder.path.string)
      #expect(recorded.status == 0, "\(recorded.errors)")
      let bytes = try folder.bytes("a")
      let again = try mmapviewHere("--replay", "r", "--headless")
      #expect(again.status == status, "\(again.errors)")
      #expect(try folder.bytes("a") == bytes)
    }
  }

  @Test("On a file that is open a recording makes no other, whatever stands before its opening")
  func ownOpening() throws {
    _ = try mmapviewHere("a", "--create", "64k", "--layer", "both", "--theme", "light", "--record", "r", "--headless")
    let recorded = try text("r")
    #expect(!recorded.contains("layer") && !recorded.contains("theme"), "\(recorded)")
    try run("rm", [folder.file("a").string])
    let older = recorded.replacing("create a", with: "set speed 2\ntheme light\ncreate a") + "allocate 1p\n"
    try folder.put("r", Array(older.utf8))
    for (name, replay, input) in [("b", "r", ""), ("c", "-", older)] {
      let outcome = try mmapviewHere(
        name, "--create", "64k", "--replay", replay, "--headless", "-c", "expect page 0 allocated", "-c", "status",
        input: input)
      #expect(outcome.status == 0, "\(outcome.errors)")
      #expect(outcome.lines.last?.hasPrefix("\(name): 16 pages: 15 free, 1 allocated") == true, "\(outcome.output)")
    }
    #expect(folder.names == ["b", "c", "r"])
  }

  @Test("Half a million empty lines on standard input take about as long as in a file")
  func manyLines() throws {
    // Processor time, which other programs hardly lengthen. Line by line it takes 3 to 5 times as long; taking each line
    // from the front of an array took 13.
    let outcome = try run(
      "bash",
      [
        "-c",
        """
        yes '' | head -500000 > lines; TIMEFORMAT=%U
        time \(mmapview) a --create 4k --headless --replay lines
        time \(mmapview) b --create 4k --headless --replay - < lines
        """,
      ], in: folder.path.string)
    let times = outcome.errors.split(separator: "\n").compactMap { Double($0) }
    #expect(outcome.errors.split(separator: "\n").count == 2, "\(outcome.errors)")
    #expect(times.count == 2 && times[1] < 8 * times[0], "\(times)")
  }

  @Test("A program that is killed leaves a recording of all before, which can be replayed")
  func killed() throws {
    let running = try Running(
      mmapview,
      [
        folder.file("a").string, "--create", "64m", "--record", folder.file("r").string, "--headless", "-c",
        "allocate 1p", "-c", "write r1 page", "-c", "workers start 2 delay=1ms", "-c", "workers wait",
      ])
    #expect(try isSoon { try text("r").contains("\n# workers wait (") })
    running.end()
    let recorded = try text("r")
    #expect(recorded.contains("\nwrite r1 page #@ ") && recorded.contains("\n# workers wait ("), "\(recorded)")
    let outcome = try mmapviewHere(
      "b", "--create", "64m", "--replay", "r", "--headless", "-c", "expect page 0 written")
    #expect(outcome.status == 0, "\(outcome.errors)")
  }

  @Test("Lines on standard input are carried out as they come, each with its answer, and the first failure ends it")
  func coprocess() throws {
    let script = """
      coproc P { \(mmapview) a --create 64k --replay - --headless; }
      for line in 'allocate 1p' '# a comment' 'write r1 zero' 'workers start 1 ops=2 delay=200ms' 'workers wait' 'bogus'; do
        echo "$line" >&${P[1]}
        case $line in
        '# a comment'|bogus) ;;
        'workers wait') read -t 10 -u ${P[0]} answer; read -t 10 -u ${P[0]} more; echo "$answer, $more" ;;
        *) read -t 10 -u ${P[0]} answer; echo "$answer" ;;
        esac
      done
      wait $P_PID; echo "status $?"
      """
    let outcome = try run("bash", ["-c", script], in: folder.path.string)
    #expect(
      outcome.lines == [
        "r1: 1 page at 0x0", "wrote r1 with zero: 1 page",
        "1 worker started: size=4k pattern=page flush=none delay=200ms ops=2",
        "workers: wait, workers have ended: 2 operations", "status 1",
      ], "\(outcome.output)")
    #expect(outcome.errors.contains("standard input:6: unknown command \"bogus\""), "\(outcome.errors)")
  }

  @Test("A program that drives another also learns that a log was renamed")
  func renamed() throws {
    try folder.put("log", [UInt8](repeating: 7, count: 4096))
    let script = """
      coproc P { \(mmapview) log --replay - --headless; }
      echo status >&${P[1]}; read -t 60 -u ${P[0]} answer
      mv log log.1
      echo status >&${P[1]}; read -t 60 -u ${P[0]} answer; echo "$answer"
      """
    let outcome = try run("bash", ["-c", script], in: folder.path.string)
    #expect(outcome.lines.count == 1 && outcome.lines[0].contains(": 1 page, not ours"), "\(outcome.output)")
    #expect(outcome.errors == "log: was renamed; the file is log.1 now, and is what you still look at\n")
  }

  @Test("The frame after each command is saved under its number, or printed")
  func frames() throws {
    let outcome = try mmapviewHere(
      "a", "--create", "64k", "--headless", "--frames", "f", "--size", "100x24", "-c", "allocate 1p", "-c",
      "workers start 1 ops=3", "-c", "workers wait", "-c", "goto 9")
    #expect(outcome.status == 0, "\(outcome.errors)")
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.file("f").string).sorted()
    #expect(names == ["0001.txt", "0002.txt", "0003.txt", "0004.txt"])
    #expect(try text("f/0001.txt").contains("1 allocated"))
    #expect(try text("f/0003.txt").contains("3 written"), "a wait is shown when it has ended")
    let taken = try mmapviewHere("a", "--headless", "--frames", "f", "-c", "goto 1")
    #expect(taken.status == 1 && taken.errors.contains("0001.txt: exists already"))
    let printed = try mmapviewHere(
      "a", "--headless", "--frames", "-", "--size", "60x14", "-c", "goto 1", "-c", "goto 2")
    #expect(printed.lines.count { $0.contains("read only") } == 2, "\(printed.output)")
    #expect(try mmapviewHere("a", "--frames", "f").status == 64)
    #expect(try mmapviewHere("a", "--speed", "2", "--headless").status == 64)
  }
}
