"""What follows from what: event → reactions, in order. The second file to read."""

from marketplace.bids import events as bid
from marketplace.bids import mails as bid_mails
from marketplace.bids import queries as bids
from marketplace.core.events import Reactions
from marketplace.files.access import OWNERS
from marketplace.notices import operations as notices
from marketplace.notices import reactions as announcements
from marketplace.search.operations import SOURCES
from marketplace.topics import events as topic
from marketplace.topics import mails as topic_mails
from marketplace.topics import reactions as topics

REACTIONS: Reactions = {
    topic.TopicDrafted: (topics.index_topic,),
    topic.TopicSectionSaved: (topics.index_topic,),
    topic.TopicSubmitted: (topic_mails.ask_for_approval,),
    topic.TopicReturned: (topic_mails.tell_of_return,),
    topic.TopicPublished: (
        topics.seal_bids,
        topics.index_topic,
        announcements.announce_publication,
        topic_mails.invite_eligible_bureaus,
    ),
    topic.TopicAmended: (
        topics.index_topic,
        announcements.announce_amendment,
        topic_mails.tell_of_amendment,
    ),
    topic.TopicWithdrawn: (announcements.announce_withdrawal, topic_mails.tell_of_withdrawal),
    bid.BidSubmitted: (bid_mails.send_receipt,),
    bid.BidReturned: (bid_mails.tell_return,),
    bid.BidWithdrawn: (bid_mails.tell_withdrawal,),
    bid.BidsOpened: (bid_mails.tell_opening,),
    bid.BidDisqualified: (bid_mails.tell_disqualification,),
}

SOURCES.update({"topic": topics.all_documents, "notice": notices.all_documents})
OWNERS.update({bids.FILE_OWNER: bids.file_access})
