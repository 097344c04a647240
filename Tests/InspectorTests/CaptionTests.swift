import Inspector
import SystemPackage
import TestSupport
import Testing

@testable import Inspector

/// Captions and the presenter's notes, without a screen.
@Suite("Captions")
final class CaptionTests: SessionSuite {
  private var captions: Captions { session.view.captions }
  private var place: String? { captions.current?.place.map { "\($0.number)/\($0.count)" } }

  private func playLoaded(_ text: String) throws {
    session.load(try Script(text, name: "s"))
    try session.play(session.player)
  }

  @Test("A script's captions have their number and how many there are; one that is typed has neither")
  func numbers() throws {
    var seen: [String?] = []
    session.load(try Script("say one\nset big on\nsay two\nsay \"\"\nsay three", name: "s"))
    while case .performed = try session.player.step(session) { seen.append(place) }
    #expect(seen == ["1/3", "1/3", "2/3", nil, "3/3"])
    try perform("say typed")
    #expect(captions.current?.text == "typed" && place == nil)
    session.load(try Script("say \"from a pipe\"", name: "-"), isWhole: false)
    try session.play(session.player)
    #expect(captions.current?.text == "from a pipe" && place == nil)
  }

  @Test("What a script sources is counted with it, and a script that is sourced at the prompt by itself")
  func sourced() throws {
    try folder.put("inner.mmv", Array("say two\nsay three\n".utf8))
    try folder.put("outer.mmv", Array("say one\nsource inner.mmv\n".utf8))
    session.load(try Script(contentsOf: folder.file("outer.mmv").string))
    try session.play(session.player)
    #expect(place == "3/3")
    try perform("source \(word("inner.mmv"))")
    while session.isSourcing { session.waitForNews() }
    #expect(captions.current?.text == "three" && place == "2/2")
  }

  @Test("`caption` goes back and forward through what was shown, and undoes nothing")
  func back() throws {
    try perform("create \(word("a")) 4p sparse")
    try playLoaded("say one\nallocate 1p\nsay two\nallocate 1p\nsay three")
    #expect(!captions.isEarlier && captions.hasEarlier)
    #expect(try perform("caption previous").lines == ["two"])
    #expect(captions.isEarlier && place == "2/3" && session.rangeCount == 2)
    try perform("caption previous")
    #expect(place == "1/3" && !captions.hasEarlier)
    #expect(try refusal(of: "caption previous").contains("there is none before this one"))
    #expect(try perform("caption next").lines == ["two"])
    #expect(try perform("caption last").lines == ["three"])
    #expect(!captions.isEarlier)
    #expect(try refusal(of: "caption next").contains("this is the last one"))
    // What is shown next is seen, wherever a person has gone back to.
    try perform("caption previous", "say four")
    #expect(captions.current?.text == "four" && !captions.isEarlier)
  }

  @Test("An empty caption takes the last one away, as `stop` does where nothing else goes on; it can be gone back to")
  func takenAway() throws {
    try perform("say one", "say \"\"")
    #expect(captions.current == nil && captions.hasEarlier && !captions.isEarlier)
    #expect(try perform("caption previous").lines == ["one"])
    #expect(captions.isEarlier)
    try perform("caption next")
    #expect(captions.current == nil)
    try perform("say two", "create \(word("a")) 4p sparse", "select 0-1", "stop")
    #expect(session.view.selection == nil && captions.current?.text == "two")
    try perform("stop")
    #expect(captions.current == nil)
  }

  @Test("However many are shown, there is a limit to those that are kept, and the last stays what is seen")
  func limit() {
    var captions = Captions()
    var expected: [Int] = []
    var seeds = Seeded(7)
    for number in 0..<5000 {
      captions.show("\(number)")
      expected.append(number)
      for _ in 0..<Int.random(in: 0..<3, using: &seeds) {
        if Bool.random(using: &seeds) { _ = captions.goBack() } else { _ = captions.goForward() }
      }
      if number % 7 == 0 { captions.goToPresent() }
      #expect(captions.current != nil)
    }
    captions.goToPresent()
    #expect(captions.current?.text == "4999")
    var count = 0
    while captions.goBack() { count += 1 }
    #expect((500...1000).contains(count) && captions.current?.text == "\(4999 - count)")
  }

  @Test("Notes belong to the caption before them; without --notes neither the log nor what is printed has them")
  func notes() throws {
    var marks: [String] = []
    session.host.mark = { marks.append($0) }
    let before = session.eventCount
    #expect(try perform("note \"welcome\"").lines == [])
    try perform("say one")
    #expect(try perform("note \"ask them\"").lines == [])
    try perform("note wait")
    #expect(captions.current?.notes == ["ask them", "wait"])
    #expect(session.eventCount == before + 1)
    try perform("set notes on")
    #expect(try perform("note \"a\\nb\"").lines == ["note: a", "b"])
    try perform("caption previous")
    #expect(captions.current?.notes == ["welcome"] && captions.current?.text == "")
    #expect(marks == ["welcome", "one", "ask them", "wait", "a\nb"])
  }

  @Test("Captions, notes and how large all is drawn are recorded, and whether notes are shown is not")
  func recorded() throws {
    try perform(
      "record \(word("r"))", "create \(word("a")) 4p sparse", "say one", "note \"ask \\\"them\\\"\"", "say two",
      "caption previous", "set big on", "set notes on", "record off")
    let lines = String(decoding: try folder.bytes("r"), as: UTF8.self).split(separator: "\n")
      .map { $0.split(separator: " #@")[0] }
    #expect(
      Array(lines.suffix(6)) == [
        "say \"one\"", "note \"ask \\\"them\\\"\"", "say \"two\"", "caption previous", "set big on",
        "# set notes on (whoever plays it shows the notes with --notes)",
      ], "\(lines)")
    #expect(session.view.isBig && session.view.showsNotes)
    try perform("set big off", "set notes off")
    #expect(!session.view.isBig && !session.view.showsNotes)
  }
}
