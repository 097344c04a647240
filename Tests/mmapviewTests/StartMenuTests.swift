import Glibc
import Inspector
import SystemPackage
import TerminalCanvas
import TestSupport
import Testing

@testable import mmapview

@Suite("The list that is shown where no file is named")
struct StartMenuTests {
  private let menu: StartMenu

  init() throws { menu = try StartMenu(files: ["/a/one", "/b/two"], lessons: Lesson.all()) }

  @Test("It has the files, what can be made of one, and the lessons; headings are passed over")
  func rows() {
    var (menu, choices) = (self.menu, [StartMenu.Choice]())
    while let choice = menu.choice, choice != choices.last {
      choices.append(choice)
      _ = menu.move(.down)
    }
    #expect(choices.prefix(5) == [.file("/a/one"), .file("/b/two"), .create, .open, .lesson(1)])
    let last = LessonTests.numbers.upperBound
    #expect(choices.last == .lesson(last) && choices.count == 4 + last)
    for (key, choice) in [(Key.home, StartMenu.Choice.file("/a/one")), (.up, .file("/a/one")), (.end, .lesson(last))] {
      let isTaken = menu.move(key)
      #expect(isTaken && menu.choice == choice)
    }
    let isTaken = menu.move("x")
    #expect(!isTaken)
    menu.choose(0)
    #expect(menu.choice == .lesson(last))
  }

  @Test(
    "The chosen row is in view in every window, and a press finds the row that it is on",
    arguments: [(40, 12), (80, 24)])
  func inView(width: Int, height: Int) throws {
    let session = try Session()
    var interface = Interface()
    interface.start = menu
    let layout = try #require(session.layout(interface, width: width, height: height))
    for _ in 0..<20 {
      let canvas = Screen.draw(Snapshot(session, interface, width: width, height: height))
      let chosen = try #require(interface.start).chosen
      let text = menu.rows[chosen].text
      let y = try #require(canvas.textLines.firstIndex { $0.hasPrefix("   " + text.prefix(20)) }, "\(canvas.textLines)")
      #expect(canvas[3, y].style.isReversed)
      #expect(interface.start?.row(x: 5, y: y, layout) == chosen)
      _ = interface.start?.move(.down)
    }
  }

  @Test("Nothing of it is shown where a file is open")
  func gone() throws {
    let folder = try TemporaryFolder()
    let session = try Session()
    var interface = Interface()
    interface.start = menu
    try session.perform(lines: ["create \(Word.quote(folder.file("a").string)) 64k"])
    #expect(!Screen.draw(Snapshot(session, interface, width: 80, height: 24)).textLines.joined().contains("lessons"))
  }
}
