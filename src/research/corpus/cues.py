"""What pages say in words of their own, in Arabic, French, English and Spanish: short lists, folded when first used.

Each is matched against a folded line (lower case, no accents, alef and hyphen forms unified). None is about any
one site or article: they are the labels that the software of web pages prints.
"""

from __future__ import annotations

import re
from functools import cache

from research.text import fold_label

# Labels: the line is one of these, alone or before a colon, a count or a few words.
_LABELS = {
    "related articles": "lire aussi|à lire aussi|lire également|à lire également|voir aussi|à voir aussi|sur le même sujet|"
    "sur le même thème|dans la même rubrique|articles liés|pour aller plus loin|aussi sur|read also|also read|read more|read next|"
    "see also|related|related articles|related stories|related posts|more on this|more on this story|more like this|"
    "you may like|you may also like|you might also like|don't miss|recommended|recommended for you|more from|also on|lea también|"
    "lee también|lea además|le puede interesar|te puede interesar|también te puede interesar|ver también|"
    "noticias relacionadas|artículos relacionados|más información|más en|también en|no te pierdas|اقرأ أيضا|إقرأ أيضا|اقرأ المزيد|"
    "اقرأ كذلك|طالع أيضا|شاهد أيضا|انظر أيضا|مواضيع ذات صلة|مقالات ذات صلة|أخبار ذات صلة|قد يعجبك أيضا|قد يهمك|"
    "قد يهمك أيضا|في نفس السياق|في السياق نفسه|في نفس الموضوع|من الملف نفسه|المزيد حول",
    "advert": "publicité|pub|contenu sponsorisé|sponsorisé|la suite après cette publicité|advertisement|advert|sponsored|"
    "sponsored content|promoted|paid content|article continues below|story continues below|publicidad|anuncio|"
    "contenido patrocinado|patrocinado|إعلان|إعلانات|محتوى برعاية|محتوى ممول|ممول|برعاية",
    "tags": "tags|tag|mots clés|étiquettes|keywords|filed under|posted in|etiquetas|archivado en|"
    "الوسوم|وسوم|الكلمات المفتاحية|كلمات مفتاحية|كلمات دلالية|الكلمات الدلالية",
    "comments": "commentaires|commentaire|commentaires fermés|réactions|laisser un commentaire|ajouter un commentaire|vos réactions|comments|"
    "leave a comment|leave a reply|reader comments|join the conversation|what do you think? join the conversation|comments are closed|comments are closed on this article|comments are closed for this article|comments closed|responses|comentarios|comentario|comentar|comentarios cerrados|"
    "deja un comentario|التعليقات|تعليقات|تعليق|تعليقات القراء|اترك تعليقا|أضف تعليقا|أضف تعليقك|آراء القراء",
    "latest articles": "derniers articles|dernières nouvelles|dernières actualités|actualités récentes|à la une|les plus lus|"
    "le plus lu|articles les plus lus|autres articles|dans le même numéro|les plus partagés|latest|latest news|"
    "latest articles|latest stories|most read|most popular|most viewed|trending|trending now|top stories|older posts|"
    "recent posts|more news|more stories|in other news|lo más leído|lo más visto|últimas noticias|otras noticias|"
    "más noticias|otros artículos|más leídas|las más leídas|otros audios|autres audios|more audio|أحدث المقالات|آخر الأخبار|آخر المقالات|الأكثر قراءة|الأكثر مشاهدة|الأكثر تداولا|أخبار أخرى|"
    "مقالات أخرى|اخترنا لكم",
    "author note": "à propos de l'auteur|à propos de l'auteure|l'auteur|about the author|about the writer|sobre el autor|"
    "sobre la autora|عن الكاتب|عن الكاتبة|عن المؤلف|نبذة عن الكاتب",
    "poll": "sondage|poll|reader poll|encuesta|استطلاع|استطلاع رأي|استفتاء",
    "newsletter or subscription": "newsletter|notre lettre|la lettre|notre newsletter|our newsletter|boletín|boletines|"
    "النشرة البريدية|نشرتنا|القائمة البريدية|continue reading|keep reading|sigue leyendo|lire la suite|"
    "poursuivez votre lecture|il vous reste",
    "language switcher": "français|english|español|العربية|عربي|عربية|english version|version française|versión en español|"
    "ⵜⴰⵎⴰⵣⵉⵖⵜ",
}

# A page's tools: a line of nothing but such words and numbers.
_TOOLS = (
    "partager partagez partage partages partagé fois sur share shares shared this article compartir comparte compartido "
    "compartidos veces en شارك شاركها شاركه مشاركة مشاركات على facebook twitter x whatsapp telegram linkedin instagram "
    "pinterest pin messenger tweet tweeter email e-mail mail correo courriel f in g k m mil rss واتساب فيسبوك تويتر تلغرام "
    "تيليغرام لينكدإن إكس copier le lien copy link copiar enlace نسخ الرابط imprimer cette page print imprimir طباعة أرسل "
    "إرسال لصديق envoyer à un ami save for later sauvegarder enregistrer guardar حفظ a+ a- a aa text size taille texte حجم الخط "
    "écouter l'article écoutez listen to escuchar artículo noticia esta استمع إلى المقال استماع temps de lecture "
    "min minutes minute mn sec seconds secondes segundos read reading time minutos minuto lectura tiempo دقيقة دقائق قراءة القراءة مدة للقراءة وقت lire "
    "vues vue lectures views view reads visitas lecturas vistas مشاهدة مشاهدات المشاهدات قراءات j'aime likes like "
    "me gusta أعجبني suivez-nous follow us síguenos تابعنا s'abonner abonnez-vous subscribe suscríbete suscribirse اشترك "
    "الآن now newsletter play télécharger download descargar audio tamaño signaler une erreur report an error reportar un error إبلاغ عن خطأ envoyer par أ حجم الخط النص الخبر comentar guardar"
)

# What stands around the text of a caption, or marks it as one.
_CREDIT = (
    r"(?:^|[\s(\[.])(?:photos?|fotos?|pictures?|images?|imagen|credits?|credit photo|fotografia|illustration|legende|"
    r"تصوير|صوره|الصوره|عدسه)\s?[:/©]|©|\((?:photo|foto|picture|image|تصوير|صوره)\b|\. ?/ ?[\w. ]{2,30}$|"
    r"[./(] ?(?:archives?|archivo|file photo|ارشيف)\)?$"
)
_RIGHTS = (
    r"tous droits reserves|all rights reserved|(?:todos los )?derechos reservados|reproduction interdite|"
    r"جميع الحقوق محفوظه|الحقوق محفوظه|mentions legales|aviso legal|terms of (?:use|service)|conditions generales|"
    r"politique de confidentialite|privacy policy|politica de privacidad|سياسه الخصوصيه|شروط الاستخدام|^copyright\b|^© "
)
_COOKIES = (
    r"nous utilisons|nos (?:\d+ )?partenaires|ce site|vous acceptez|votre (?:navigation|appareil|consentement|choix|accord)|"
    r"we use|we and our|our partners|this (?:site|website|blog)|you agree|your (?:device|consent|experience|ip)|usamos|"
    r"utilizamos|utiliza cookies|este sitio|esta web|puede (?:aceptar|rechazar)|su (?:navegacion|consentimiento|"
    r"dispositivo)|acepta|نستخدم|يستخدم هذا|هذا الموقع|تسمح لنا|جهازك|موافقتك|شركاينا"
)
_SUBSCRIBE = (
    r"^(?:recevez|inscrivez vous|abonnez vous|je m'abonne|je m'inscris|get (?:the|our|your)|sign up|subscribe (?:now|to our|for|"
    r"today)|receive (?:the|our)|join our|recibe|reciba|suscribete|suscribase|apuntate|registrate|اشترك (?:الان|لتصلك|في "
    r"(?:النشره|نشرتنا|قناتنا|القايمه))|اشتركوا|سجل (?:الان|بريدك)|توصل ب|انضم الي|تابعونا)|"
    r"^(?:[\w']+ ){0,3}(?:newsletter|نشره)\b[^.]{0,40}$|"
    r"(?:reserve|exclusif|exclusivo|reserved|only|available)\b.{0,20}\b(?:abonnes?|subscribers|suscriptores)\b|للمشتركين فقط|"
    r"(?:deja|already a|ya eres|ya tiene) (?:abonnee?|subscriber|member|suscriptor|cuenta)|free articles? (?:this|left)|"
    r"(?:cet )?article (?:vous est offert|est reserve)|abonnez vous (?:a partir|pour)|unsubscribe|\b(?:your inbox|votre boite|tu correo|su correo|tu buzon|بريدك)\b|sigue leyendo por|se desinscrire|"
    r"desabonner|darse de baja|en vous inscrivant|by signing up|al suscribirte"
)
_PUBLISHED = (
    r"(?:publie|mis(?:e)? en ligne|mis(?:e)? a jour|posted|published|publish date|updated|last (?:updated|modified)|"
    r"publicad[oa]|actualizad[oa]|fecha de publicacion|نشر|نشرت|تاريخ النشر|اخر تحديث|حدث|تحديث|حرر|modifie|first published)\b"
)
_BYLINE = (
    r"(?:par|by|por|texte|text|textes|texto|photos?|fotos?|propos recueillis par|de notre (?:correspondante?|envoyee?)|"
    r"written by|words|reporting by|edited by|translated (?:from .{2,20} )?by|traduit (?:de .{2,20} )?par|"
    r"traduccion de|redaccion|la redaction|redaction|auteure?|author|autora?|بقلم|كتب|كتبت|كتبه|اعداد|تحقيق|تحرير|حاوره|"
    r"ترجمه|المحرر|مراسلنا|مراسلتنا|عن هييه التحرير)(?: ?:|\b)"
)

CLOSING = frozenset({"tags", "comments", "latest articles", "rights", "author note"})


@cache
def _labels() -> dict[str, re.Pattern[str]]:
    def alternation(phrases: str) -> str:
        return "|".join(sorted({re.escape(fold_label(phrase)) for phrase in phrases.split("|")}, key=lambda p: (-len(p), p)))

    also = r"(?P<also>(?<=aussi)|(?<=egalement)|(?<=also)|(?<=tambien)|(?<=ايضا)|(?<=كذلك)|(?<=more from)|(?<=mas en)|(?<=tambien en)|(?<=also on)|(?<=aussi sur))?"
    return {rule: re.compile(rf"(?:\d+ )?(?:{alternation(phrases)}){also}(?!\w)(?P<rest>.*)") for rule, phrases in _LABELS.items()}


@cache
def _tools() -> frozenset[str]:
    return frozenset(re.findall(r"[^\W\d_]+", fold_label(_TOOLS)))


# A rule's pattern is tried only on a line that holds one of the words before it, for patterns are slow on prose.
_PATTERNS: dict[str, tuple[tuple[str, ...], re.Pattern[str]]] = {
    "cookies": (("cookies", "traceurs", "تعريف الارتباط", "ملفات الارتباط", "الكوكيز"), re.compile(_COOKIES)),
    "newsletter or subscription": (
        tuple(
            "inbox boite correo buzon بريدك leyendo abonn inscri recevez newsletter subscri suscri sign receive our your recib apunt registr member cuenta article "
            "darse day اشتر سجل توصل انضم تابعون نشره للمشتركين".split()
        ),
        re.compile(_SUBSCRIBE),
    ),
    "rights": (
        tuple("droits rights derechos reproduction حقوق legal terms condi priva confid خصوصيه شروط copyright ©".split()),
        re.compile(_RIGHTS),
    ),
    "photo credit": (
        tuple("photo foto picture image credit illustration legende archiv تصوير صوره عدسه ارشيف © /".split()),
        re.compile(_CREDIT),
    ),
}
_IN_PROSE = frozenset({"cookies", "newsletter or subscription"})  # these come as whole sentences, too
_CREDIT_WORDS = 35
_TOOL_WORDS = 14
_RULE_WORDS = 80  # a longer line is an article's paragraph
_HEADLINE_WORDS = 25
_TEMPERATURE = re.compile(r"[-+−]?\d{1,2}(?:[.,]\d)? ?°? ?[cf]")
PUBLISHED, BYLINE = re.compile(_PUBLISHED), re.compile(_BYLINE)


def rule_for(folded: str, *, words: int, ends_sentence: bool) -> str:
    """The rule under which a line is its page's and not the article's, whatever stands around it, or nothing.

    Parameters
    ----------
    folded : str
        The folded line.
    words : int
        How many words it has.
    ends_sentence : bool
        Whether it ends as a sentence does; most rules leave sentences alone.

    Examples
    --------
    >>> rule_for("lire aussi : le phare en panne", words=6, ends_sentence=False)
    'related articles'
    >>> rule_for("share prices fell on monday", words=5, ends_sentence=False)
    ''
    """
    for rule, pattern in _labels().items():
        label = pattern.match(folded)
        if label and _is_label(label["rest"].strip(), words, ends_sentence, also=bool(label["also"])):
            return rule
    for rule, (triggers, cue) in _PATTERNS.items():
        if words > _RULE_WORDS or not any(trigger in folded for trigger in triggers):
            continue
        found = cue.search(folded)
        if found and (rule in _IN_PROSE or words <= _CREDIT_WORDS and not (rule == "rights" and ends_sentence and found.start())):
            return rule
    letters = re.findall(r"[^\W\d_]+", folded) if words <= _TOOL_WORDS and not ends_sentence else []
    if letters and _tools().issuperset(letters):
        return "page tools"
    if re.fullmatch(r"(?:#[\w.]+[ ,،·]*)+", folded):
        return "tags"
    return "weather" if _TEMPERATURE.fullmatch(folded) else ""


def _is_label(rest: str, words: int, ends_sentence: bool, *, also: bool) -> bool:
    """Whether what follows a label's words leaves it one: nothing, a count, a colon, or a headline after "also"."""
    alone = not re.search(r"[^\W\d_]", rest)
    return alone or rest.startswith((":", "|", "»")) or (also and not ends_sentence and words <= _HEADLINE_WORDS)
