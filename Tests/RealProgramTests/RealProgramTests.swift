import Foundation
import SystemPackage
import TestSupport
import Testing

/// How many answers are asked for of each program: more by MMAPVIEW_SAMPLES=1000.
private let sampleCount = ProcessInfo.processInfo.environment["MMAPVIEW_SAMPLES"].flatMap(Int.init) ?? 50

/// All programs, or those that MMAPVIEW_PROGRAMS names the beginning of.
private let workloads = Workload.all.filter {
  $0.testDescription.hasPrefix(ProcessInfo.processInfo.environment["MMAPVIEW_PROGRAMS"] ?? "")
}

@Suite("What is reported of real programs' files, beside a witness that asks the kernel", .serialized)
struct RealProgramTests {
  @Test("No answer is false, while the program runs and while it is held still", arguments: workloads)
  func answers(_ workload: Workload) throws {
    guard workload.isPossible() else { try skip("needs \(workload.needs)") }
    let program: RealProgram
    do { program = try RealProgram(workload.script) } catch let error as CantRun { try skip("\(error)") }
    defer { program.end() }
    var tally = Tally()
    var files = program.files.map { WatchedFile($0) }
    for number in 0..<sampleCount {
      let index = number / 2 % files.count
      let isStill = number % 2 == 1
      switch number / 2 / files.count % 5 {
      case 3: try files[index].ask(KernelPages.self, of: program, isStill, &tally)
      case 4: try files[index].ask(ExtentList.self, of: program, isStill, &tally)
      default: try files[index].ask(Status.self, of: program, isStill, &tally)
      }
    }
    print("\(workload.testDescription): \(tally)")
    #expect(tally.wrong.isEmpty, "\(tally.wrong.joined(separator: "\n"))")
    #expect(tally.right > 0)
  }
}

/// What all answers were worth.
struct Tally: CustomStringConvertible {
  var right = 0
  var unsettled = 0
  var wrong: [String] = []
  /// How many of the unsettled ones were given while the program was held still: the kernel wrote back meanwhile.
  var unsettledStill = 0
  /// How often another file had the name by then, or none.
  var renewals = 0

  var description: String {
    "\(right) right, \(unsettled) unsettled (\(unsettledStill) of them held still), \(wrong.count) false; opened again \(renewals) times"
  }
}

/// The program beside a witness, both of which have opened one file.
struct WatchedFile {
  private let path: FilePath
  private var pair: (observer: Observer, viewer: Conversation)?
  /// Answers since the file's name was not its own any more.
  private var answersWithoutName = 0

  init(_ path: FilePath) { self.path = path }

  /// Asks and judges.
  mutating func ask<A: Answer>(_: A.Type, of program: RealProgram, _ isStill: Bool, _ tally: inout Tally) throws {
    // A file that has lost its name is looked at for a while.
    if answersWithoutName > 6 {
      pair = nil
      tally.renewals += 1
    }
    let pair = try pair ?? open(of: program)
    self.pair = pair
    func judge() throws -> (Verdict, Seen, String) {
      let (line, seen) = try pair.observer.observe(byPage: A.isByPage) {
        try pair.viewer.answer(to: A.question, beginning: "{")
      }
      guard let line, let answer = try? JSONDecoder().decode(A.self, from: Data(line.utf8)) else {
        throw ProgramError(description: "\(A.question): \(line ?? "no answer") \(pair.viewer.errors)")
      }
      return (Verdict(answer, seen, leads: pair.observer.leads), seen, line)
    }
    func judgeTwice() throws -> (Verdict, Seen, String) {
      let first = try judge()
      // What changes and changes back between two rounds of the witness does so once.
      guard case .wrong = first.0 else { return first }
      return try judge()
    }
    let (verdict, seen, line) = try isStill ? program.whileStill(judgeTwice) : judgeTwice()
    answersWithoutName = seen.names == Seen().names ? 0 : answersWithoutName + 1
    switch verdict {
    case .right: tally.right += 1
    case .unsettled:
      tally.unsettled += 1
      tally.unsettledStill += isStill ? 1 : 0
    case .wrong(let why):
      let state = isStill ? "held still" : "running"
      tally.wrong.append("\(path.lastComponent?.string ?? ""), \(state): \(why.prefix(4)) \(line.prefix(600))")
    }
  }

  // The path, or where it ends with `*` that of the file written last of those whose names begin so.
  private var present: FilePath? {
    guard let name = path.lastComponent?.string, name.hasSuffix("*") else { return path }
    let folder = path.removingLastComponent()
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.string)) ?? []
    let paths = names.filter { $0.hasPrefix(name.dropLast()) }.map { folder.appending($0) }
    let attributes = paths.map { try? FileManager.default.attributesOfItem(atPath: $0.string) }
    let times = attributes.map { $0?[.modificationDate] as? Date ?? .distantPast }
    return zip(times, paths).max { $0.0 < $1.0 }?.1
  }

  // Opens the file for both, which are sure to have the same one: the program is held still.
  private mutating func open(of program: RealProgram) throws -> (Observer, Conversation) {
    answersWithoutName = 0
    let deadline = ContinuousClock.now + .seconds(60)
    while ContinuousClock.now < deadline {
      let opened = try program.whileStill { () -> (Observer, Conversation)? in
        guard let path = present, let observer = Observer(path) else { return nil }
        let viewer = try Conversation(mmapview, [path.string, "--headless", "--replay", "-"])
        guard try viewer.answer(to: Status.question, beginning: "{") != nil else {
          throw ProgramError(description: viewer.errors)
        }
        return (observer, viewer)
      }
      if let opened { return opened }
      usleep(3_000)
    }
    throw ProgramError(description: "\(path): absent or empty for a minute")
  }
}
