"""Quiz files read by others' readers, or gone through as the standards say a platform does."""

import html
import io
import re
import zipfile

import pytest
from lxml import etree
from lxml import html as lxml_html
from pygiftparser import parser

from cnnfigs.drawing.questions import Question
from cnnfigs.illustrations.exercises.filters import FilterParts
from cnnfigs.illustrations.exercises.sizes import FieldBehindPooling, OddPooling, StridedSame
from cnnfigs.kit.__main__ import zipped
from cnnfigs.kit.quizzes import Item, gift, moodle, plain, qti12, qti21

#: Every sign that means something in one of the formats.
NASTY = Question(
    text='`Conv2D(1, padding="same")` ~ a=b #c {d}: e\\f <x> & 5 %?',
    right="9×9",
    reason="Count: 3·3 = `{x}` ~ #.",
    wrong={"8×8": '"same" kept = the {size}', "10×10": "`a:b` -> 1 counted"},
)


@pytest.fixture(scope="module")
def items():
    asked = [StridedSame(), OddPooling(), FieldBehindPooling(), FilterParts()]
    made = [Item(f"item-{place}", f"A page: item {place}", "A page", each.question) for place, each in enumerate(asked)]
    return [*made, Item("nasty", "{~A: title = #1}", "In/out", NASTY)]


def words(marked_up):
    """What a reader sees of HTML."""
    return " ".join(lxml_html.fragment_fromstring(marked_up, create_parent=True).text_content().split())


def told(item):
    """Each answer with what is replied to it, and which is right, from the question itself."""
    question = item.question
    replies = {question.right: f"{question.right} is right. {question.reason}"}
    replies |= {wrong: f"{wrong} would be right if {rule}." for wrong, rule in question.wrong.items()}
    seen = {" ".join(plain(choice).split()): " ".join(plain(reply).split()) for choice, reply in replies.items()}
    return " ".join(plain(question.text).split()), seen, plain(question.right)


def test_gift_says_the_same_to_another_reader(items):
    read = parser.parseFile(io.StringIO(gift(items)))
    assert len(read) == len(items)

    def clean(text):
        return words(html.unescape(re.sub(r"\\(.)", r"\1", text)) if "<" not in text else re.sub(r"\\(.)", r"\1", text))

    for question, item in zip(read, items, strict=True):
        text, replies, right = told(item)
        assert question.valid
        assert clean(question.text) == text
        answers = question.answers.answers
        assert {clean(each.answer): clean(each.feedback) for each in answers} == replies
        assert [clean(each.answer) for each in answers if each.fraction == 100] == [right]


def test_moodle_xml_says_the_same(items):
    quiz = etree.fromstring(moodle(items))
    categories = quiz.xpath("question[@type='category']/category/text/text()")
    assert categories == ["$course$/top/A page", "$course$/top/In//out"]
    for question, item in zip(quiz.xpath("question[@type='multichoice']"), items, strict=True):
        text, replies, right = told(item)
        assert question.findtext("name/text") == item.title
        assert words(question.findtext("questiontext/text")) == text
        answers = question.findall("answer")
        assert {words(each.findtext("text")): words(each.findtext("feedback/text")) for each in answers} == replies
        assert [words(each.findtext("text")) for each in answers if each.get("fraction") == "100"] == [right]
        assert question.findtext("single") == "true"


def replied(item, ns, chosen):
    """Go through the response processing of a QTI 2.1 item; gives the score and the reply."""
    right = item.findtext("q:responseDeclaration/q:correctResponse/q:value", namespaces=ns)
    outcomes = {each.get("identifier"): each.findtext(".//q:value", namespaces=ns) for each in
                item.findall("q:outcomeDeclaration", ns)}  # fmt: skip
    for rule in item.find("q:responseProcessing", ns):
        if etree.QName(rule).localname == "responseCondition":
            condition = rule.find("q:responseIf", ns)
            assert [etree.QName(each).localname for each in condition.find("q:match", ns)] == ["variable", "correct"]
            if chosen == right:
                setting = condition.find("q:setOutcomeValue", ns)
                outcomes[setting.get("identifier")] = setting.findtext("q:baseValue", namespaces=ns)
        else:
            assert rule.find("q:variable", ns).get("identifier") == "RESPONSE"
            outcomes[rule.get("identifier")] = chosen
    shown = [
        " ".join("".join(each.itertext()).split())
        for each in item.findall("q:modalFeedback", ns)
        if outcomes[each.get("outcomeIdentifier")] == each.get("identifier")
    ]
    return float(outcomes["SCORE"]), shown


def test_qti_2_1_replies_to_each_answer(items):
    files = qti21("A quiz", items)
    ns = {"q": "http://www.imsglobal.org/xsd/imsqti_v2p1"}
    for item in items:
        element = etree.fromstring(files[f"{item.name}.xml"])
        text, replies, right = told(item)
        interaction = element.find("q:itemBody/q:choiceInteraction", ns)
        assert " ".join("".join(interaction.find("q:prompt", ns).itertext()).split()) == text
        choices = {each.get("identifier"): " ".join("".join(each.itertext()).split()) for each in
                   interaction.findall("q:simpleChoice", ns)}  # fmt: skip
        assert {choice: replied(element, ns, letter) for letter, choice in choices.items()} == {
            choice: (float(choice == right), [reply]) for choice, reply in replies.items()
        }


def test_qti_1_2_replies_to_each_answer(items):
    quiz = etree.fromstring(qti12("A quiz", items)["test.xml"])
    ns = {"q": "http://www.imsglobal.org/xsd/ims_qtiasiv1p2"}
    for element, item in zip(quiz.iterfind(".//q:item", ns), items, strict=True):
        text, replies, right = told(item)
        assert [etree.QName(each).localname for each in element][:3] == [
            "itemmetadata", "presentation", "resprocessing",
        ]  # fmt: skip
        assert words(element.findtext("q:presentation/q:material/q:mattext", namespaces=ns)) == text
        seen = {}
        for label in element.iterfind(".//q:response_label", ns):
            score, reply = 0, []
            for rule in element.iterfind("q:resprocessing/q:respcondition", ns):
                if rule.findtext("q:conditionvar/q:varequal", namespaces=ns) != label.get("ident"):
                    continue
                score = float(rule.findtext("q:setvar", score, namespaces=ns))
                reply += [
                    words(feedback.findtext(".//q:mattext", namespaces=ns))
                    for shown in rule.findall("q:displayfeedback", ns)
                    for feedback in element.findall("q:itemfeedback", ns)
                    if feedback.get("ident") == shown.get("linkrefid")
                ]
                if rule.get("continue") == "No":
                    break
            seen[words(label.findtext(".//q:mattext", namespaces=ns))] = (score, reply)
        assert seen == {choice: (100.0 * (choice == right), [reply]) for choice, reply in replies.items()}


#: What may stand in what, and in which order: what the DTD of QTI 1.2 says of the elements that are used here.
QTI12 = """
<!ELEMENT questestinterop (assessment)>
<!ELEMENT assessment (section+)>
<!ELEMENT section (item*)>
<!ELEMENT item (itemmetadata?, presentation?, resprocessing*, itemfeedback*)>
<!ELEMENT itemmetadata (qtimetadata*)>
<!ELEMENT qtimetadata (qtimetadatafield+)>
<!ELEMENT qtimetadatafield (fieldlabel, fieldentry)>
<!ELEMENT fieldlabel (#PCDATA)>
<!ELEMENT fieldentry (#PCDATA)>
<!ELEMENT presentation (material | response_lid)+>
<!ELEMENT material (mattext+)>
<!ELEMENT mattext (#PCDATA)>
<!ELEMENT response_lid (material?, render_choice, material?)>
<!ELEMENT render_choice (material | response_label)*>
<!ELEMENT response_label (#PCDATA | material)*>
<!ELEMENT resprocessing (outcomes, respcondition+)>
<!ELEMENT outcomes (decvar+)>
<!ELEMENT decvar (#PCDATA)>
<!ELEMENT respcondition (conditionvar, setvar*, displayfeedback*)>
<!ELEMENT conditionvar (varequal+)>
<!ELEMENT varequal (#PCDATA)>
<!ELEMENT setvar (#PCDATA)>
<!ELEMENT displayfeedback (#PCDATA)>
<!ELEMENT itemfeedback (flow_mat | material)+>
<!ELEMENT flow_mat (material+)>
<!ATTLIST questestinterop xmlns CDATA #IMPLIED>
<!ATTLIST assessment ident CDATA #REQUIRED title CDATA #IMPLIED>
<!ATTLIST section ident CDATA #REQUIRED title CDATA #IMPLIED>
<!ATTLIST item ident CDATA #REQUIRED title CDATA #IMPLIED>
<!ATTLIST mattext texttype CDATA "text/plain">
<!ATTLIST response_lid ident CDATA #REQUIRED rcardinality (Single | Multiple | Ordered) "Single">
<!ATTLIST response_label ident CDATA #REQUIRED>
<!ATTLIST decvar varname CDATA "SCORE" vartype (Integer | Decimal) "Integer">
<!ATTLIST decvar minvalue CDATA #IMPLIED maxvalue CDATA #IMPLIED>
<!ATTLIST respcondition continue (Yes | No) "No" title CDATA #IMPLIED>
<!ATTLIST varequal respident CDATA #REQUIRED>
<!ATTLIST setvar varname CDATA "SCORE" action (Set | Add | Subtract | Multiply | Divide) "Set">
<!ATTLIST displayfeedback feedbacktype (Response | Solution | Hint) "Response" linkrefid CDATA #REQUIRED>
<!ATTLIST itemfeedback ident CDATA #REQUIRED>
"""


#: The same for QTI 2.1: what its XSD of 2012 says of the elements that are used here.
QTI21 = """
<!ELEMENT assessmentItem (responseDeclaration*, outcomeDeclaration*, itemBody?, responseProcessing?, modalFeedback*)>
<!ELEMENT responseDeclaration (correctResponse?)>
<!ELEMENT correctResponse (value+)>
<!ELEMENT outcomeDeclaration (defaultValue?)>
<!ELEMENT defaultValue (value+)>
<!ELEMENT value (#PCDATA)>
<!ELEMENT itemBody (choiceInteraction*)>
<!ELEMENT choiceInteraction (prompt?, simpleChoice+)>
<!ELEMENT prompt (#PCDATA | code)*>
<!ELEMENT simpleChoice (#PCDATA | code)*>
<!ELEMENT code (#PCDATA)>
<!ELEMENT responseProcessing (responseCondition | setOutcomeValue)*>
<!ELEMENT responseCondition (responseIf)>
<!ELEMENT responseIf (match, setOutcomeValue*)>
<!ELEMENT match ((variable | correct), (variable | correct))>
<!ELEMENT setOutcomeValue (variable | baseValue)>
<!ELEMENT variable EMPTY>
<!ELEMENT correct EMPTY>
<!ELEMENT baseValue (#PCDATA)>
<!ELEMENT modalFeedback (p*)>
<!ELEMENT p (#PCDATA | code)*>
<!ENTITY % declares "identifier CDATA #REQUIRED cardinality (single | multiple) #REQUIRED baseType CDATA #IMPLIED">
<!ATTLIST assessmentItem xmlns CDATA #IMPLIED identifier NMTOKEN #REQUIRED title CDATA #REQUIRED>
<!ATTLIST assessmentItem adaptive (true | false) #REQUIRED timeDependent (true | false) #REQUIRED>
<!ATTLIST responseDeclaration %declares;>
<!ATTLIST outcomeDeclaration %declares;>
<!ATTLIST choiceInteraction responseIdentifier NMTOKEN #REQUIRED shuffle (true | false) #REQUIRED>
<!ATTLIST choiceInteraction maxChoices CDATA #REQUIRED>
<!ATTLIST simpleChoice identifier NMTOKEN #REQUIRED>
<!ATTLIST setOutcomeValue identifier NMTOKEN #REQUIRED>
<!ATTLIST variable identifier NMTOKEN #REQUIRED>
<!ATTLIST correct identifier NMTOKEN #REQUIRED>
<!ATTLIST baseValue baseType CDATA #REQUIRED>
<!ATTLIST modalFeedback outcomeIdentifier NMTOKEN #REQUIRED identifier NMTOKEN #REQUIRED>
<!ATTLIST modalFeedback showHide (show | hide) #REQUIRED>
"""


@pytest.mark.parametrize(
    ("written", "rules", "moved"), [(qti12, QTI12, "respcondition"), (qti21, QTI21, "assessmentItem")]
)
def test_qti_stands_in_the_order_that_its_rules_ask_for(items, written, rules, moved):
    dtd = etree.DTD(io.StringIO(rules))
    files = written("A quiz", items)
    for name in ["test.xml"] if written is qti12 else [f"{item.name}.xml" for item in items]:
        quiz = etree.fromstring(files[name])
        for element in quiz.iter():
            element.tag = etree.QName(element).localname
        assert dtd.validate(quiz), dtd.error_log
        out_of_order = next(quiz.iter(moved))
        out_of_order.insert(0, out_of_order[-1])
        assert not dtd.validate(quiz)


@pytest.mark.parametrize("write", [qti12, qti21])
def test_a_package_holds_what_its_manifest_names(items, write):
    files = write("A quiz", items)
    with zipfile.ZipFile(io.BytesIO(zipped(files))) as package:
        assert package.testzip() is None
        ns = {"p": "http://www.imsglobal.org/xsd/imscp_v1p1"}
        manifest = etree.fromstring(package.read("imsmanifest.xml"))
        named = {each.get("href") for each in manifest.iterfind(".//p:file", ns)}
        assert named == set(package.namelist()) - {"imsmanifest.xml"}
        known = {each.get("identifier") for each in manifest.iterfind(".//p:resource", ns)}
        assert {each.get("identifierref") for each in manifest.iterfind(".//p:dependency", ns)} <= known
        assert all(re.fullmatch(r"[A-Za-z_][\w.-]*", each) for each in known)


def test_the_same_files_make_the_same_zip(items):
    assert zipped(qti21("A quiz", items)) == zipped(qti21("A quiz", items))
