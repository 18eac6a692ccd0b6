"""What WhatsApp itself writes where a person's words belong: placeholders of media, marks of edits, notices.

On iPhones all of it begins with the invisible U+200E, whatever the language. Android has no such mark everywhere, so
the words are listed, as exports have them in English, German, Dutch, French, Italian, Spanish, Portuguese, Russian,
Ukrainian, Polish, Czech and Turkish (seen 2018 to 2026). A language that is not here keeps its placeholders as text.
"""

from __future__ import annotations

import re

from identity.formats.nodes import CALL, DELETED, EMPTY, MEDIA_ONLY, NOTICE

MARK = "\u200e"

_KINDS = (
    r"image|photo|video|video note|video message|audio|voice message|gif|sticker|document|contact card|media"
    r"|bild|foto|dokument|kontaktkarte|videonachricht|sprachnachricht|afbeelding|document|contactkaart"
    r"|vidéo|fiche contact|médias?|immagine|documento|scheda contatto|imagen|vídeo|tarjeta de contacto|multimedia"
    r"|imagem|figurinha|contacto|cartão do contato|ficheiro de áudio|áudio|ficheiro|mídia|arquivo de mídia"
    r"|изображение|видео|аудио|стикер|документ|карточка контакта|зображення|відео|аудіо|наклейку|картка контакту"
    r"|obrázek|nálepka|vizitka|zdjęcie|wideo|naklejka|görüntü|ses|çıkartma|belge|medya|obraz|plik|pliki multimedialne"
)
_GONE = (
    r"omitted|weggelassen|ausgelassen|ausgeschlossen|weggelaten|absente?|omise?s?|manquante?|retiré|omess[aoie]"
    r"|esclus[ao]|non inclus[ao]|omitid[ao]s?|não revelad[ao]s?|ocult[ao]s?|отсутствует|не добавлен|пропущен[оа]?"
    r"|відсутн[єяі]|не додано|vynechán[ao]?|pominięt[eyao]|dahil edilmedi"
)
_OMITTED = re.compile(
    rf"<?(?:view once )?(?:{_KINDS}|medien) (?:{_GONE})>?|<Без медиафайлов>|GIF-анімацію пропущено|null", re.IGNORECASE
)
# <attached: 00000012-PHOTO-2026-02-01.jpg>, <Anhang: …>; on Android "IMG-20260201-WA0001.jpg (file attached)".
_ATTACHED = re.compile(r"\u200e?<[^<>:\n]{3,30}: ?[^<>:\n]{1,200}\.\w{2,5}>")
_FILE_ATTACHED = re.compile(r"\u200e?[^\n]{1,200}\.\w{2,5} \([^()\n\d]{4,40}\)(?=\n|$)")
_FILE_NAME = re.compile(r"[^\n]{1,200}\.\w{2,5}(?: • [^\n]{0,40})?")
_PLACE = re.compile(r"[^\W\d_][\w ]{2,30}: https://(?:maps\.google\.com|foursquare\.com)/\S+")
_EDITED = re.compile(
    r" ?(?:\u200e<[^<>:\n]{6,80}>|<(?:this message was edited|diese nachricht wurde bearbeitet|dit bericht is bewerkt"
    r"|ce message a été modifié|questo messaggio è stato modificato|se editó este mensaje|este mensaje fue editado"
    r"|(?:esta )?mensagem (?:foi )?editada|сообщение изменено|данное сообщение изменено|повідомлення змінено"
    r"|wiadomość edytowana|ta wiadomość została (?:edytowana|zmieniona)|tato zpráva byla upravena"
    r"|bu mesaj düzenlendi)\.?>)\s*$",
    re.IGNORECASE,
)
_DELETED = re.compile(
    r"(?:you deleted this message|this message was deleted|du hast diese nachricht gelöscht"
    r"|diese nachricht wurde gelöscht|u hebt dit bericht verwijderd|dit bericht (?:is|werd) verwijderd"
    r"|vous avez supprimé ce message|ce message a été supprimé|hai eliminato questo messaggio"
    r"|questo messaggio è stato eliminato|eliminaste este mensaje|se eliminó este mensaje|este mensaje fue eliminado"
    r"|(?:você )?apag(?:ou|ada) (?:esta )?mensagem|(?:esta )?mensagem (?:foi )?apagada|mensagem apagada"
    r"|вы удалили данное сообщение|данное сообщение удалено|ви видалили це повідомлення"
    r"|це повідомлення було видалено|usunięto tę wiadomość|ta wiadomość została usunięta"
    r"|tuto zprávu jste smazal/?a?|tato zpráva byla smazána|bu mesajı sildiniz|bu mesaj silindi)\.?",
    re.IGNORECASE,
)
_CALL = re.compile(
    r"\b(?:voice|video) ?call|sprachanruf|videoanruf|\boproep|\bappel (?:vocal|vidéo)|\bchiamata|\bvideochiamata"
    r"|\b(?:video)?llamada|\bchamada de|звонок|дзвінок|połączenie (?:głosowe|wideo)|\bhovor|sesli arama"
    r"|görüntülü arama",
    re.IGNORECASE,
)
_ENCRYPTED = re.compile(
    r"end-to-end|ende-zu-ende|eind-tot-eind|de bout en bout|de extremo a extremo|de ponta a ponta|ponto a ponto"
    r"|сквозным шифрованием|наскрізним|w pełni szyfrowane|koncovým šifrováním|uçtan uca",
    re.IGNORECASE,
)
_INVISIBLE = re.compile("[\u200e\u2068\u2069]")  # the last two stand around the name of who is mentioned


def words_of(text: str, sender: str, is_first: bool) -> tuple[str, str | None]:
    """A message's own words, and the reason to leave it out where there are none."""
    begins_marked = text.startswith(MARK)
    if not begins_marked or not _OMITTED.fullmatch(text.strip(f"{MARK} \n")):
        text = _EDITED.sub("", text)
    text, has_media = _without_media(text)
    words = _INVISIBLE.sub("", text).strip()
    if has_media:
        return words, None if words and not _FILE_NAME.fullmatch(words) else MEDIA_ONLY
    if _PLACE.fullmatch(words):
        return words, MEDIA_ONLY
    if _DELETED.fullmatch(words):
        return words, DELETED
    if is_first and _ENCRYPTED.search(words):
        return words, NOTICE
    if begins_marked and words.startswith(sender):  # "Anna changed the icon"
        return words, notice_of(words)
    if begins_marked:  # in no list: as a rule a picture, in a language that is not here
        return words, CALL if _CALL.search(words) else MEDIA_ONLY
    return words, None if words else EMPTY


def notice_of(words: str) -> str:
    """The reason for a line that nobody wrote: a call was a turn of a kind, all else was none."""
    return CALL if _CALL.search(words) else NOTICE


def _without_media(text: str) -> tuple[str, bool]:
    """The text without placeholders, and whether there were any: alone, in the first line, or at the end."""
    rest, attached = _ATTACHED.subn("", text)
    if not attached and (file := _FILE_ATTACHED.match(text)):
        rest, attached = text[file.end() :], 1
    first, _, further = rest.partition("\n")
    if _OMITTED.fullmatch(first.strip(f"{MARK} ")):
        return further, True
    before, mark, last = rest.rpartition(MARK)
    if mark and _OMITTED.fullmatch(last.strip()):
        return before, True
    return rest, bool(attached)
