import Foundation
import SystemPackage
import TestSupport
import Testing

@Suite("Recordings and replays of the program")
struct ReplayTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

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
    #expect(ends[0] == ends[1] && ends[0]?.hasSuffix("flushed") == true, "\(ends)")
    #expect(try mmapviewHere("b", "--record", "r", "--headless").errors.contains("r: exists already"))
  }

  @Test("A recording for another size is refused with its place and the remedy, and nothing is changed")
  func otherSize() throws {
    _ = try mmapviewHere(
      "a", "--create", "1m", "--record", "r", "--headless", "-c", "allocate 1p", "-c", "write r1 0xff")
    try folder.put("b", [UInt8](repeating: 7, count: 8192))
    let outcome = try mmapviewHere("b", "--write", "--replay", "r", "--headless")
    #expect(outcome.status == 1)
    #expect(outcome.errors.hasPrefix("r:5: expected a file of 1048576 bytes, found 8192; "), "\(outcome.errors)")
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

  @Test("A program that is killed leaves a recording of all before, which can be replayed")
  func killed() throws {
    let running = try Running(
      mmapview,
      [
        folder.file("a").string, "--create", "64m", "--record", folder.file("r").string, "--headless", "-c",
        "allocate 1p", "-c", "write r1 page", "-c", "workers start 2 delay=1ms", "-c", "workers wait",
      ])
    usleep(300_000)
    running.end()
    let recorded = try text("r")
    #expect(recorded.contains("\nwrite r1 page #@ ") && recorded.contains("\n# workers wait #@ "), "\(recorded)")
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
